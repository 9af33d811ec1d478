"""A usage source that answers what a test wrote down: per UTC day the legs of the next sweep, or how it fails.

Takes the place of `UsageConnection`. It also puts a small inbox there: two carriers, three prefixes. No HTTP; what the
real source does with it is tested in `unit/resources/usage_source_test.py`.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cpm_assets.domain.extraction_errors import ExtractionError
from cpm_assets.domain.page_walk import Page, read_page

PAGE_LEGS = 4
LONG_AGO = 1_600_000_000
"""A file's time of change (seconds since 1970): it has settled, and is taken at once."""

CONTRACTS = (
    "carrier_name,effective_date,expiry_date,initial_increment_seconds,increment_seconds,rounding_decimals,currency\n"
    "Acme,2026-01-01,,60,60,6,USD\n"
    "Zenith,2026-01-01,,1,1,4,USD\n"
)
CARDS = (
    "prefix,destination_region,carrier_name,rate_per_minute,effective_date,expiry_date\n"
    "1415,San Francisco,Acme,0.01,2026-01-01,\n"
    "44,United Kingdom,Acme,0.02,2026-01-01,\n"
    "44,United Kingdom,Zenith,0.03,2026-01-01,\n"
)
INBOX: Mapping[str, str] = {"carrier_contracts/contracts.csv": CONTRACTS, "rate_cards/cards.csv": CARDS}


@dataclass
class ScriptedUsage:
    """`answers[day]` is what a sweep of that day gets now: leg records, or the error that ends it after its first page.

    A day without an answer is empty. `asked` notes each window. `between_pages` is called after each page.
    """

    answers: dict[date, list[dict[str, Any]] | ExtractionError] = field(default_factory=dict)
    inbox_files: Mapping[str, str | bytes] = field(default_factory=lambda: dict(INBOX))
    between_pages: Callable[[int], None] = lambda number: None
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator["_Source"]:
        """As `UsageConnection.open`."""
        yield _Source(self)

    def fill_inbox(self, inbox: Path) -> None:
        """Puts the files there that are not; they settled long ago."""
        for name, content in self.inbox_files.items():
            put_file(inbox / name, content)


class _Source:
    name = "scripted"

    def __init__(self, usage: ScriptedUsage) -> None:
        self.requests_sent = 0
        self._usage = usage

    def pages(self, window_start: datetime, window_end: datetime) -> Iterator[Page]:
        self._usage.asked.append((window_start, window_end))
        answer = self._usage.answers.get(window_start.date(), [])
        legs = (
            [record("leg-of-the-first-page", window_start)]
            if isinstance(answer, ExtractionError)
            else [leg for leg in answer if _is_within(leg, window_start, window_end)]
        )
        for number, first in enumerate(range(0, max(len(legs), 1), PAGE_LEGS), start=1):
            self.requests_sent += 1
            body = {"entities": legs[first : first + PAGE_LEGS], "total": len({str(_id(leg)) for leg in legs})}
            yield read_page(number, json.dumps(body).encode())
            self._usage.between_pages(number)
            if isinstance(answer, ExtractionError):
                raise answer


def _id(leg: Any) -> object:
    """What tells a leg from others: its id, or all of one that has none."""
    return (leg.get("legId") if isinstance(leg, dict) else None) or leg


def _is_within(leg: Any, window_start: datetime, window_end: datetime) -> bool:
    """A record that has no start is answered whatever is asked."""
    return not isinstance(leg, dict) or window_start <= datetime.fromisoformat(leg["startTime"]) < window_end


def put_file(path: Path, content: str | bytes, changed_at: float = LONG_AGO) -> None:
    """Writes a file of the inbox unless it is there with this content, last changed long ago."""
    data = content.encode() if isinstance(content, str) else content
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (changed_at, changed_at))


def record(leg_id: str, start: datetime, seconds: int = 60, **fields: Any) -> dict[str, Any]:
    """A leg as the API writes it: answered, outbound, of Acme, to San Francisco, unless said otherwise.

    A field given as None is sent as null; `endTime` is the start and the seconds.
    """
    return {
        "callId": f"call-{leg_id}",
        "legId": leg_id,
        "startTime": start.astimezone(UTC).isoformat(),
        "endTime": (start + timedelta(seconds=seconds)).isoformat(),
        "duration": seconds,
        "billingDuration": seconds,
        "carrierName": "Acme",
        "destinationNumber": "+14155550198",
        "destinationLocation": "San Francisco, CA",
        "callType": "voip",
        "direction": "outbound",
        "callOutcome": "answered",
    } | fields


def usual_day(day: date) -> list[dict[str, Any]]:
    """Six legs: three billable ones (Acme 61 s and 30 s, Zenith 45 s), an attempt, an internal and an inbound one.

    Acme bills two minutes at 0.01 to San Francisco and one at 0.02 to the United Kingdom, Zenith 45 s at 0.03 a minute:
    0.02 + 0.02 + 0.0225.
    """

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)

    london = {"destinationNumber": "+442079460001", "destinationLocation": "London"}
    return [
        record(f"{day}-a", at(8), 61),
        record(f"{day}-b", at(9), 30, **london),
        record(f"{day}-c", at(10), 45, carrierName="Zenith", **london),
        record(f"{day}-d", at(11), 0, callOutcome="busy"),
        record(f"{day}-e", at(12), 300, direction="internal", carrierName=None, destinationNumber="4077"),
        record(f"{day}-f", at(13), 90, direction="inbound"),
    ]
