"""The usage endpoint without HTTP: from a query to one page of the answer, or to the reason for refusing it.

Windows, page sizes and page tokens. A token carries the instant of the first page, so all pages of one extraction
show the organisation as it was then, however long the client takes. Pages are made when asked, never kept.
"""

import base64
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cpm_assets.sandbox.legs import Leg, record
from cpm_assets.sandbox.organization import Organization
from cpm_assets.sandbox.traffic import legs_as_known

LARGEST_PAGE = 500
LONGEST_WINDOW = timedelta(hours=24)
# One leg in so many is sent again that many legs later: usually on the next page.
_REPEAT_EVERY, _REPEAT_BACK = 200, 150
_SNAPSHOTS_KEPT = 4


class QueryRefusedError(Exception):
    """The query is wrong; `code` is Genesys' machine-readable reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Query:
    """One checked page query: legs with start <= start time < end, as known at the instant `at` (all UTC)."""

    start: datetime
    end: datetime
    at: datetime
    page: int
    page_size: int
    call_type: str | None
    direction: str | None

    def snapshot_key(self) -> tuple[object, ...]:
        return self.start, self.end, self.at, self.call_type, self.direction


def checked_query(parameters: Mapping[str, str], now: datetime) -> Query:
    """Read the query string. `now` is the instant of the first page; later pages take theirs from the token.

    Raises QueryRefusedError for a bad or too long window, page or page size, and for a token that is missing or of
    another query.
    """
    start, end = window_of(parameters.get("timeRange", ""))
    page = _whole(parameters, "page", 1)
    page_size = _whole(parameters, "pageSize", 25)
    if page_size > LARGEST_PAGE:
        raise QueryRefusedError("bad.request", f"pageSize must be at most {LARGEST_PAGE}, not {page_size}")
    filters = parameters.get("callType"), parameters.get("direction")
    if page == 1:
        return Query(start, end, now, 1, page_size, *filters)
    at = _token_instant(parameters.get("nextPageToken"), Query(start, end, now, page, page_size, *filters))
    return Query(start, end, at, page, page_size, *filters)


def next_page_token(query: Query) -> str:
    """An opaque token for this page of this query and no other."""
    fields = [*_identity(query), query.at.isoformat()]
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


class Pages:
    """Makes the pages of one organisation, keeping the leg lists of the last few snapshots."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._snapshots: OrderedDict[tuple[object, ...], tuple[list[Leg], int]] = OrderedDict()

    def page(self, query: Query) -> dict[str, Any]:
        """The body of the answer. `total` counts the distinct readable legs. Raises QueryRefusedError past the end."""
        served, total = self._snapshot(query)
        first = (query.page - 1) * query.page_size
        if query.page > 1 and first >= len(served):
            raise QueryRefusedError("bad.request", f"There is no page {query.page}")
        has_more = first + query.page_size < len(served)
        following = Query(**{name: getattr(query, name) for name in Query.__slots__} | {"page": query.page + 1})
        return {
            "entities": [record(leg, query.at) for leg in served[first : first + query.page_size]],
            "pageNumber": query.page,
            "pageSize": query.page_size,
            "total": total,
            "nextPageToken": next_page_token(following) if has_more else None,
        }

    def _snapshot(self, query: Query) -> tuple[list[Leg], int]:
        key = query.snapshot_key()
        found = self._snapshots.get(key)
        if found is None:
            legs = [
                leg
                for leg in legs_as_known(self._organization, query.start, query.end, query.at)
                if query.call_type in (None, leg.call_type) and query.direction in (None, leg.direction)
            ]
            found = with_repeats(legs), sum(not leg.is_malformed for leg in legs)
            self._snapshots[key] = found
            while len(self._snapshots) > _SNAPSHOTS_KEPT:
                self._snapshots.popitem(last=False)
        return found


def with_repeats(legs: list[Leg]) -> list[Leg]:
    """The legs in the order served: now and then one comes a second time, unchanged."""
    served: list[Leg] = []
    for position, leg in enumerate(legs):
        served.append(leg)
        if position % _REPEAT_EVERY == _REPEAT_EVERY - 1:
            served.append(legs[position - _REPEAT_BACK])
    return served


def window_of(time_range: str) -> tuple[datetime, datetime]:
    """The instants (UTC) of `<start>/<end>`. Raises QueryRefusedError for a bad or too long window."""
    try:
        start, end = (datetime.fromisoformat(text) for text in time_range.split("/"))
    except ValueError:
        raise QueryRefusedError("bad.request", f"timeRange must be <start>/<end> in ISO 8601: {time_range!r}") from None
    if start.tzinfo is None or end.tzinfo is None:
        raise QueryRefusedError("bad.request", "timeRange needs a time zone, such as Z")
    if end <= start:
        raise QueryRefusedError("bad.request", "timeRange ends before it starts")
    if end - start > LONGEST_WINDOW:
        raise QueryRefusedError("interval.too.long", "timeRange must be 24 hours or less")
    return start.astimezone(UTC), end.astimezone(UTC)


def _whole(parameters: Mapping[str, str], name: str, otherwise: int) -> int:
    text = parameters.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise QueryRefusedError("bad.request", f"{name} must be a whole number above 0: {text!r}")
    return int(text)


def _identity(query: Query) -> list[Any]:
    window = [query.start.isoformat(), query.end.isoformat()]
    return [*window, query.call_type, query.direction, query.page_size, query.page]


def _token_instant(token: str | None, query: Query) -> datetime:
    if not token:
        raise QueryRefusedError("bad.request", f"Page {query.page} needs the nextPageToken of the page before")
    try:
        *identity, at = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if identity == _identity(query):
            return datetime.fromisoformat(at)
    except (ValueError, TypeError):
        pass  # not one of ours: refused below like one of another query
    raise QueryRefusedError("bad.request", "nextPageToken does not belong to this query")
