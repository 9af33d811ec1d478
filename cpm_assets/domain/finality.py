"""Finality: which days are due to be closed for good (D21). Pure: asked with an instant, answers with days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

DAYS_A_TICK = 10
"""At most this many days are asked for in one tick, oldest first, so that a first installation does not flood."""


def day_end(day: date) -> datetime:
    """The instant at which a UTC day is over."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)


def closes_at(day: date, finalization_hours: int) -> datetime:
    """The instant from which a UTC day is due to be closed."""
    return day_end(day) + timedelta(hours=finalization_hours)


def days_due_for_finalization(
    now: datetime,
    first_day: date,
    final_days: Collection[date],
    finalization_hours: int,
    most: int = DAYS_A_TICK,
    in_progress: Collection[date] = (),
) -> list[date]:
    """Days from `first_day` on that are due and not closed, oldest first, at most `most`.

    Level-triggered: worked out from what is closed, not from events, so a week of downtime or a missed tick changes
    nothing. `in_progress` are days that a run is closing at this moment; they are skipped and take no place, and so
    days that cannot be closed (rejected again and again) are the caller's to hold back by putting them there.
    """
    due: list[date] = []
    day = first_day
    while closes_at(day, finalization_hours) <= now and len(due) < most:
        if day not in final_days and day not in in_progress:
            due.append(day)
        day += timedelta(days=1)
    return due
