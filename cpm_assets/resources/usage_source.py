"""Where usage comes from: the interface that extraction reads, and the guide's API behind it (D24).

Another source is another class with the same `name`, `requests_sent` and `pages`. Paging rules are in
`domain/page_walk.py`, retrying in `http_patience.py`, storing in `usage_extraction.py`.
"""

import random as random_numbers
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

import httpx

from cpm_assets.domain.extraction_errors import MalformedPage
from cpm_assets.domain.extraction_plan import check_window
from cpm_assets.domain.page_walk import PAGE_SIZE, Page, read_page, walk_pages
from cpm_assets.resources.http_patience import Patience, Unauthorized, ask

USAGE_PATH = "/api/v2/telephony/usage"
TIMEOUT = httpx.Timeout(60.0, connect=10.0)


class UsageSource(Protocol):
    """Legs by the page. `requests_sent` counts usage requests since the source was opened, repeated ones too."""

    name: str
    requests_sent: int

    def pages(self, window_start: datetime, window_end: datetime) -> Iterator[Page]:
        """Every page of `[window_start, window_end)` (aware UTC), or an `ExtractionError` on the way."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class GenesysUsageSource:
    """The guide's usage API with OAuth client credentials. A context manager: it holds a connection.

    One token serves all pages; a 401 fetches one new token and asks once more. The secret and the tokens are in no
    message, log or `repr`. `transport`, `clock`, `sleep` and `random` are for tests.
    """

    name = "genesys_usage"

    def __init__(
        self,
        *,
        api_url: str,
        login_url: str,
        client_id: str,
        client_secret: str,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], object] = time.sleep,
        random: Callable[[], float] = random_numbers.random,
    ) -> None:
        self.requests_sent = 0
        self._usage_url = api_url.rstrip("/") + USAGE_PATH
        self._token_url = login_url.rstrip("/") + "/oauth/token"
        self._credentials = httpx.BasicAuth(client_id, client_secret)
        self._secrets = [client_secret, b64encode(f"{client_id}:{client_secret}".encode()).decode()]
        self._token: str | None = None
        self._patience = Patience(clock, sleep, random)
        self._http = httpx.Client(transport=transport, timeout=TIMEOUT, headers={"Accept": "application/json"})

    def __repr__(self) -> str:
        return f"GenesysUsageSource({self._usage_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def pages(self, window_start: datetime, window_end: datetime) -> Iterator[Page]:
        """See `UsageSource.pages`. Raises `InvalidWindow` for a window longer than 24 hours, before any request."""
        check_window(window_start, window_end)
        time_range = f"{_written(window_start)}/{_written(window_end)}"

        def fetch(number: int, next_page_token: str | None) -> Page:
            parameters = {"timeRange": time_range, "page": str(number), "pageSize": str(PAGE_SIZE)}
            if next_page_token is not None:
                parameters["nextPageToken"] = next_page_token
            return self._page(number, parameters)

        return walk_pages(fetch)

    def _page(self, number: int, parameters: dict[str, str]) -> Page:
        try:
            return self._asked_page(number, parameters)
        except Unauthorized:
            self._token = None
            return self._asked_page(number, parameters)

    def _asked_page(self, number: int, parameters: dict[str, str]) -> Page:
        if self._token is None:
            login = f"POST {self._token_url}"
            self._token = ask(self._send_token_request, _read_token, self._patience, login, self._secrets)
            self._secrets.append(self._token)
        headers = {"Authorization": f"Bearer {self._token}"}

        def send() -> httpx.Response:
            self.requests_sent += 1
            return self._http.get(self._usage_url, params=parameters, headers=headers)

        request_name = f"GET {USAGE_PATH} {parameters['timeRange']} page {number}"

        def read(response: httpx.Response) -> Page:
            return read_page(number, response.content)

        return ask(send, read, self._patience, request_name, self._secrets)

    def _send_token_request(self) -> httpx.Response:
        form = {"grant_type": "client_credentials"}
        return self._http.post(self._token_url, data=form, auth=self._credentials)


def _read_token(response: httpx.Response) -> str:
    try:
        token = response.json()["access_token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise MalformedPage("the answer holds no access token") from None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise MalformedPage("the answer holds an access token that is no text")
    return token


def _written(instant: datetime) -> str:
    """As the API writes instants: UTC, whole seconds, Z."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
