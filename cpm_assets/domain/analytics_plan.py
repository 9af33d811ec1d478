"""Which of Genesys' two interfaces a usage window is read by, and how a job is waited for. Pure: clocks are passed in.

The conversation-detail job is the truth, and has a day only once the platform's data lake has it. Asked earlier it
succeeds and lacks the tail in silence, so it is never asked beyond the availability date. The query has the newest
conversations and is provisional: its answer changes while it is paged.

- A whole day that is over is read by the job; until the data reaches its end it is not there yet (`NotYetAvailable`).
- The open day, and every tick, is read by the query.
"""

from collections.abc import Iterator
from datetime import datetime

from cpm_assets.domain.extraction_errors import NotYetAvailable
from cpm_assets.domain.extraction_plan import LONGEST_WINDOW

JOB_PAGE_SIZE = 1_000
"""The most conversations asked for in an answer; the API may give fewer."""

QUERY_PAGE_SIZE = 100
"""The query's greatest page."""

MOST_JOBS = 3
"""How often a job that the platform gave up (FAILED, CANCELLED, EXPIRED) is asked for anew in one extraction."""

RECOMMENDED_FINALIZATION_HOURS = 72
"""Genesys processes data of 48 hours and more again, nightly: what is closed earlier is restated for nothing."""

_FIRST_POLL_SECONDS = 2.0
_LONGEST_POLL_SECONDS = 60.0
_POLLING_SECONDS = 1_800.0


def is_read_by_job(window_start: datetime, window_end: datetime, now: datetime) -> bool:
    """Whether a window is a whole day that is over at `now`."""
    return window_end - window_start == LONGEST_WINDOW and window_end <= now


def check_available(window_end: datetime, available_until: datetime) -> None:
    """Raises `NotYetAvailable` when the job's data does not reach the window's end."""
    if available_until < window_end:
        raise NotYetAvailable(
            f"not there yet: Genesys has conversation details until {available_until:%Y-%m-%d %H:%M} UTC, and the day "
            f"ends at {window_end:%Y-%m-%d %H:%M} UTC; it is read when they reach that far"
        )


def poll_waits() -> Iterator[float]:
    """Seconds before each look at a job, doubling to a minute; ends after half an hour, when the job is given up."""
    wait, waited = _FIRST_POLL_SECONDS, 0.0
    while waited < _POLLING_SECONDS:
        yield wait
        waited += wait
        wait = min(wait * 2, _LONGEST_POLL_SECONDS)
