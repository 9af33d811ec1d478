"""Claims about `cpm_assets.domain.finality`: which days are due to be closed (D21)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cpm_assets.domain.finality import DAYS_A_TICK, closes_at, days_due_for_finalization

FIRST = date(2026, 11, 1)
END_OF_FIRST = datetime(2026, 11, 2, tzinfo=UTC)


def days(first: int, last: int) -> list[date]:
    return [date(2026, 11, day) for day in range(first, last + 1)]


@pytest.mark.parametrize(
    ("hours", "after_end", "expected"),
    [
        (48, timedelta(hours=47, minutes=59), []),
        (48, timedelta(hours=47, minutes=59, seconds=59, microseconds=999_999), []),
        (48, timedelta(hours=48), [FIRST]),
        (72, timedelta(hours=48), []),
        (72, timedelta(hours=71, minutes=59), []),
        (72, timedelta(hours=72), [FIRST]),
    ],
)
def test_a_day_is_due_at_its_hour_and_not_a_moment_before(
    hours: int, after_end: timedelta, expected: list[date]
) -> None:
    """Closed early, records that the source still adds are left out of the final figures for good."""
    assert days_due_for_finalization(END_OF_FIRST + after_end, FIRST, [], hours) == expected


def test_the_hours_count_across_a_local_clock_change() -> None:
    """Hours counted in local time would close the last Sunday of October an hour off (D1)."""
    assert closes_at(date(2026, 10, 25), 48) == datetime(2026, 10, 28, tzinfo=UTC)


def test_after_a_week_of_downtime_the_days_are_due_oldest_first() -> None:
    """Edge-triggered closing would never come back to the days it slept through."""
    now = datetime(2026, 11, 12, 0, 0, tzinfo=UTC)
    assert days_due_for_finalization(now, FIRST, days(1, 2), 48) == days(3, 9)


def test_at_most_ten_days_are_asked_for_at_once() -> None:
    """A first installation with a year of history would queue 365 sweeps and starve the open day."""
    now = datetime(2027, 11, 1, tzinfo=UTC)
    assert days_due_for_finalization(now, FIRST, [], 48) == days(1, 10)
    assert DAYS_A_TICK == 10


def test_final_days_are_skipped_wherever_they_are() -> None:
    """Nothing recomputes a final day; and a gap among them is not forgotten."""
    now = datetime(2026, 11, 12, tzinfo=UTC)
    final = [day for day in days(1, 9) if day.day != 4]
    assert days_due_for_finalization(now, FIRST, final, 48) == days(4, 4)


def test_a_failed_day_among_good_ones_is_asked_for_again_and_blocks_nobody() -> None:
    """A day that fails to close would otherwise be forgotten, or hold all later ones open."""
    now = datetime(2026, 11, 12, tzinfo=UTC)
    good = [day for day in days(1, 7) if day.day != 3]
    assert days_due_for_finalization(now, FIRST, good, 48) == [date(2026, 11, 3), *days(8, 9)]


def test_days_held_back_take_no_place_among_the_ten() -> None:
    """Ten days rejected again and again would keep every later day from ever being closed."""
    now = datetime(2027, 1, 1, tzinfo=UTC)
    assert days_due_for_finalization(now, FIRST, [], 48, in_progress=days(1, 10)) == days(11, 20)


def test_nothing_is_due_before_the_first_day() -> None:
    """An installation whose first day is yet to come must not ask for days before it."""
    assert days_due_for_finalization(datetime(2026, 10, 1, tzinfo=UTC), FIRST, [], 48) == []
