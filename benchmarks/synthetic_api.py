"""A synthetic usage API inside this process: the guide's protocol over an httpx transport, for any number of legs.

It keeps nothing, so that memory measured beside it is the extraction's. A page is worked out from the window asked for
and its number alone. Behind it stands the product's own source, with its tokens, pages and retries.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import httpx

from benchmarks.synthetic_legs import SECONDS_OF_DAY, leg_objects
from cpm_assets.domain.extraction_plan import day_window
from cpm_assets.domain.page_walk import PAGE_SIZE
from cpm_assets.resources.usage_source import GenesysUsageSource

THROTTLED_EVERY, EXPIRED_EVERY = 40, 90
"""With `faults`, of so many usage requests one is answered 429 and one 401, as the sandbox does."""

Spread = Callable[[float], float]


def evenly(second_of_day: float) -> float:
    """The share of a day's legs that start before a second of the day, when traffic is the same all day."""
    return second_of_day / SECONDS_OF_DAY


def in_office_hours(second_of_day: float) -> float:
    """The same when all calls are made between 08:00 and 18:00 UTC."""
    return min(max((second_of_day / 3600 - 8) / 10, 0.0), 1.0)


@dataclass
class SyntheticUsageApi:
    """One UTC day of `legs` legs. Without `prefixes` pages have no entities: enough to count requests.

    `now` hides the legs that have not started yet.
    """

    day: date
    legs: int
    prefixes: Sequence[str] = ()
    spread: Spread = evenly
    faults: bool = False
    now: Callable[[], datetime] | None = None
    usage_requests: int = 0

    @property
    def pages(self) -> int:
        """The pages of the whole day: an empty day has one, too."""
        return max(1, math.ceil(self.legs / PAGE_SIZE))

    def source(self) -> GenesysUsageSource:
        """The product's source over this API; it never really sleeps."""
        return GenesysUsageSource(
            api_url="http://usage.invalid",
            login_url="http://login.invalid",
            client_id="benchmark",
            client_secret="benchmark",  # noqa: S106 - of nobody
            transport=httpx.MockTransport(self._answer),
            sleep=lambda _seconds: None,
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, content=b'{"access_token":"benchmark","expires_in":86399}')
        self.usage_requests += 1
        if self.faults and self.usage_requests % THROTTLED_EVERY == 0:
            return httpx.Response(429, headers={"Retry-After": "1"})
        if self.faults and self.usage_requests % EXPIRED_EVERY == 0:
            return httpx.Response(401)
        return httpx.Response(200, content=self._page(request.url.params))

    def _page(self, parameters: httpx.QueryParams) -> bytes:
        start, end = (datetime.fromisoformat(instant) for instant in parameters["timeRange"].split("/"))
        if self.now is not None:
            end = min(end, self.now())
        number = int(parameters["page"])
        first, beyond = self._legs_before(start), self._legs_before(end)
        page_first = first + (number - 1) * PAGE_SIZE
        page_beyond = min(page_first + PAGE_SIZE, beyond)
        token = f'"page-{number + 1}"' if page_beyond < beyond else "null"
        objects = self.prefixes and leg_objects(self.day, self.legs, page_first, page_beyond, self.prefixes)
        total = f'"total":{beyond - first},' if objects else ""
        return (
            f'{{"entities":[{",".join(objects)}],"pageNumber":{number},"pageSize":{PAGE_SIZE},{total}'
            f'"nextPageToken":{token}}}'
        ).encode()

    def _legs_before(self, instant: datetime) -> int:
        seconds = (instant.astimezone(UTC) - day_window(self.day)[0]).total_seconds()
        return math.ceil(self.legs * self.spread(min(max(seconds, 0), SECONDS_OF_DAY)))
