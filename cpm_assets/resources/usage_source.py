"""Where usage comes from: the interface that extraction reads, and the guide's API behind it (D24).

Another source is another class with the same `name`, `requests_sent` and `pages`. Paging rules are in
`domain/page_walk.py`, tokens and retrying in `genesys_client.py`, storing in `usage_extraction.py`.
"""

from collections.abc import Generator
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self, Unpack

from cpm_assets.domain.extraction_plan import check_window
from cpm_assets.domain.page_walk import PAGE_SIZE, Page, read_page, walk_pages
from cpm_assets.resources.genesys_client import ClientOptions, GenesysClient

USAGE_PATH = "/api/v2/telephony/usage"


class UsageSource(Protocol):
    """Legs by the page. `requests_sent` counts usage requests since the source was opened, repeated ones too."""

    name: str

    @property
    def requests_sent(self) -> int: ...

    def pages(self, window_start: datetime, window_end: datetime) -> Generator[Page]:
        """Every page of `[window_start, window_end)` (aware UTC), or an `ExtractionError` on the way."""
        ...


class GenesysUsageSource:
    """The guide's usage API with OAuth client credentials. A context manager: it holds a connection.

    The keywords are those of `GenesysClient`, which says what becomes of tokens, secrets and the request limit.
    """

    name = "genesys_usage"

    def __init__(self, **client: Unpack[ClientOptions]) -> None:
        self._client = GenesysClient(**client)

    @property
    def requests_sent(self) -> int:
        return self._client.requests_sent

    def __repr__(self) -> str:
        return f"GenesysUsageSource({self._client.api_url + USAGE_PATH})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.__exit__(kind, error, trace)

    def pages(self, window_start: datetime, window_end: datetime) -> Generator[Page]:
        """See `UsageSource.pages`. Raises `InvalidWindow` for a window longer than 24 hours, before any request."""
        check_window(window_start, window_end)
        time_range = f"{written(window_start)}/{written(window_end)}"

        def fetch(number: int, next_page_token: str | None) -> Page:
            parameters = {"timeRange": time_range, "page": str(number), "pageSize": str(PAGE_SIZE)}
            if next_page_token is not None:
                parameters["nextPageToken"] = next_page_token
            name = f"GET {USAGE_PATH} {time_range} page {number}"
            return self._client.ask(
                "GET",
                USAGE_PATH,
                lambda response: read_page(number, response.content),
                name=name,
                parameters=parameters,
            )

        return walk_pages(fetch)


def written(instant: datetime) -> str:
    """As the API writes instants: UTC, whole seconds, Z."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
