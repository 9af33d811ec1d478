"""What is read from the usage API and when, and which of the extractions make up a day (D16).

Pure: the lake says which extractions there are, the clock is passed in. A *sweep* asks the whole UTC day, a *tick* a
part of it.

What is read when
- A person who materializes a day, and finalization: always a sweep (`whole_day`).
- The 15-minute schedule (`due_extraction`): the first extraction of a day is a sweep. After it a tick reads from
  60 minutes (`LOOKBACK`) before the last complete extraction started until now, clipped to the day. The first run after
  midnight closes the day with one more tick, and from one hour after midnight a sweep is due until one started then is
  complete (the day-end sweep). Nothing else is due by schedule until finalization sweeps once more.

Why nothing is missed
- Each tick reaches back behind the start of the extraction before it, so windows overlap by an hour and leave no gap. A
  failed tick is not complete: the next one reaches back behind the last that was. So it is after any downtime.
- A leg that appears in the API, or ends, within 60 minutes of its start is read by the first extraction after that:
  that one reaches back at least 60 minutes behind its predecessor, which ran before the leg appeared.
- Longer calls and later records wait for the day-end sweep, and the 24 to 72 hours' late ones of the guide for the
  sweep of finalization. Until then a leg in progress is counted as such (D16).

What it costs. 15-minute ticks that look back 60 minutes read 75 minutes each, every leg 5 times; with P pages in the
day and T = 96 ticks that is at most 5·P + T requests (a started page counts whole), and P more for the day-end sweep.
For P ≥ 16, 6·P + 96 ≤ 12·P; for P ≤ 16, 6·P + 96 ≤ 192 = 2·T: within max(12 x pages, 2 x ticks).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, Literal, TypeVar

from cpm_assets.domain.extraction_errors import InvalidWindow

ExtractionKind = Literal["sweep", "tick"]

LOOKBACK = timedelta(minutes=60)
"""How far a tick reaches back behind the start of the last complete extraction: longer than nearly every call and than
the delay with which a source shows a new leg, short enough to keep a day of ticks at five times its pages."""

DAY_END_SETTLING = timedelta(hours=1)
"""How long after its end a day is swept: by then the calls that ran across midnight have mostly ended."""

LONGEST_WINDOW = timedelta(hours=24)

AWAITED_RETRY = timedelta(hours=1)
"""How long a day that the source did not have yet is left alone before it is asked for again."""


@dataclass(frozen=True)
class CompleteExtraction:
    """An extraction with a receipt, as far as planning needs it; instants are aware and UTC."""

    extraction_id: str
    kind: ExtractionKind
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True)
class PlannedExtraction:
    """An extraction to make: `[window_start, window_end)` in UTC, inside `asked_day`; `reason` is for the run's log."""

    asked_day: date
    kind: ExtractionKind
    window_start: datetime
    window_end: datetime
    reason: str


_Extraction = TypeVar("_Extraction", bound=CompleteExtraction)


@dataclass(frozen=True)
class DaySelection(Generic[_Extraction]):
    """The extractions that are a day: its last complete sweep and the ticks started after it. No sweep, no day."""

    sweep: _Extraction | None
    ticks: tuple[_Extraction, ...]

    @property
    def extractions(self) -> tuple[_Extraction, ...]:
        """Oldest first; empty without a sweep."""
        return (self.sweep, *self.ticks) if self.sweep else ()


def day_window(day: date) -> tuple[datetime, datetime]:
    """`[D 00:00, D+1 00:00)` in UTC (D1)."""
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)


def whole_day(day: date, reason: str) -> PlannedExtraction:
    """A sweep of the day, whatever was read before."""
    start, end = day_window(day)
    return PlannedExtraction(day, "sweep", start, end, reason)


def due_extraction(
    day: date, now: datetime, complete: Iterable[CompleteExtraction], awaited_at: datetime | None = None
) -> PlannedExtraction | None:
    """What the 15-minute schedule has to read of a day at `now`, or None. See this module's docstring for the rule.

    `awaited_at` is when the source was last found without the day, if it was not read since.
    """
    plan = _due(day, now, complete)
    is_left_alone = awaited_at is not None and now - awaited_at < AWAITED_RETRY
    return None if plan and plan.kind == "sweep" and is_left_alone else plan


def _due(day: date, now: datetime, complete: Iterable[CompleteExtraction]) -> PlannedExtraction | None:
    start, end = day_window(day)
    if now <= start:
        return None
    extractions = sorted(complete, key=_by_start)
    sweeps = [extraction for extraction in extractions if extraction.kind == "sweep"]
    if not sweeps:
        return whole_day(day, "first extraction of the day")
    if now >= end + DAY_END_SETTLING:
        if sweeps[-1].started_at >= end + DAY_END_SETTLING:
            return None
        return whole_day(day, "day-end sweep")
    last_started = extractions[-1].started_at
    if last_started >= end:
        return None
    window_start = max(start, _whole_second(last_started - LOOKBACK))
    window_end = min(end, _whole_second(now))
    if window_start >= window_end:
        return None
    reason = f"refresh since {last_started:%H:%M:%S} less 60 minutes"
    return PlannedExtraction(day, "tick", window_start, window_end, reason)


def select_extractions(complete: Iterable[_Extraction], as_of: datetime) -> DaySelection[_Extraction]:
    """Which of a day's complete extractions are the day as known at `as_of` (D16, D22)."""
    known = sorted((extraction for extraction in complete if extraction.finished_at <= as_of), key=_by_start)
    sweeps = [extraction for extraction in known if extraction.kind == "sweep"]
    if not sweeps:
        return DaySelection(None, ())
    sweep = sweeps[-1]
    ticks = (each for each in known if each.kind == "tick" and each.started_at > sweep.started_at)
    return DaySelection(sweep, tuple(ticks))


def check_window(window_start: datetime, window_end: datetime) -> None:
    """Raises `InvalidWindow` for a window that is naive, empty or backward, or longer than the API's 24 hours."""
    if window_start.tzinfo is None or window_end.tzinfo is None:
        raise InvalidWindow("a usage window without a time zone would be read in the machine's own")
    if window_end <= window_start:
        raise InvalidWindow(f"the usage window {window_start.isoformat()}/{window_end.isoformat()} is empty")
    if window_end - window_start > LONGEST_WINDOW:
        raise InvalidWindow(
            f"the usage window {window_start.isoformat()}/{window_end.isoformat()} is longer than 24 hours"
        )


def _by_start(extraction: CompleteExtraction) -> tuple[datetime, str]:
    return extraction.started_at, extraction.extraction_id


def _whole_second(instant: datetime) -> datetime:
    """The API's windows are written in whole seconds; down, so that a window never asks for what has not happened."""
    return instant.replace(microsecond=0)
