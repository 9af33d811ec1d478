"""Claims about `cpm_assets.domain.late_sweeps`: which closed days are due to be read again (D21)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpm_assets.domain.finality import day_end
from cpm_assets.domain.late_sweeps import late_sweeps_due

D = date(2026, 11, 1)
END = datetime(2026, 11, 2, tzinfo=UTC)
HOURS = (72, 96, 168)
CLOSED = END + timedelta(hours=48)


def after(hours: float) -> datetime:
    return END + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("now", "swept", "is_due"),
    [
        (71.99, (), False),
        (72, (), True),
        (80, (72.1,), False),
        (96, (72.1,), True),
        (96, (95.99,), True),
        (100, (96,), False),
        (168, (96.1,), True),
        (10_000, (168,), False),
        (10_000, (167.9,), True),
    ],
)
def test_a_day_is_due_at_each_hour_until_it_was_swept_since(now: float, swept: tuple[float, ...], is_due: bool) -> None:
    """A record that came at 80 hours would wait for ever, or be asked for every five minutes."""
    known = {D: [CLOSED, *map(after, swept)]}
    assert late_sweeps_due(after(now), known, HOURS) == ([D] if is_due else [])


def test_after_three_weeks_of_downtime_one_sweep_answers_for_all_hours() -> None:
    """Three sweeps of each of 21 days, one after the other, for the same answer."""
    now = after(21 * 24)
    assert late_sweeps_due(now, {D: [CLOSED]}, HOURS) == [D]
    assert late_sweeps_due(now + timedelta(minutes=5), {D: [CLOSED, now]}, HOURS) == []


def test_a_day_that_was_closed_after_its_last_hour_is_not_swept() -> None:
    """Its closing swept it: nothing can have been missed."""
    assert late_sweeps_due(after(2000), {D: [after(1000)]}, HOURS) == []


def test_a_sweep_that_a_fast_clock_dated_into_the_future_does_not_count() -> None:
    """The clock was a year ahead for an hour: no day would be swept for a year."""
    ahead = after(365 * 24)
    assert late_sweeps_due(after(73), {D: [CLOSED, ahead]}, HOURS) == [D]
    assert late_sweeps_due(after(73), {D: [CLOSED, ahead, after(72.5)]}, HOURS) == []


def test_without_hours_nothing_is_due() -> None:
    """No late sweep is what somebody asked for who wants none."""
    assert late_sweeps_due(after(1000), {D: [CLOSED]}, ()) == []


def test_at_most_ten_are_asked_for_and_those_held_back_take_no_place() -> None:
    """Ten days that the API no longer has would keep every later day from being swept."""
    days = [D + timedelta(days=n) for n in range(30)]
    swept = {day: [day_end(day) + timedelta(hours=48)] for day in days}
    now = after(3000)
    assert late_sweeps_due(now, swept, HOURS) == days[:10]
    assert late_sweeps_due(now, swept, HOURS, held_back=days[:10]) == days[10:20]


def test_an_invoice_with_a_call_we_never_saw_asks_for_one_sweep() -> None:
    """The carrier bills a leg that came weeks late: nothing else would ever look for it; and it is looked for once."""
    received, now = after(900), after(1000)
    swept = [CLOSED, after(170)]
    assert late_sweeps_due(now, {D: swept}, HOURS) == []
    assert late_sweeps_due(now, {D: swept}, HOURS, asked_since={D: received}) == [D]
    assert late_sweeps_due(now, {D: [*swept, after(901)]}, HOURS, asked_since={D: received}) == []
    assert late_sweeps_due(after(800), {D: swept}, HOURS, asked_since={D: received}) == [], "the clock jumped back"


@given(
    hours=st.lists(st.integers(1, 400), max_size=4),
    ticks=st.lists(st.integers(0, 900), min_size=1, max_size=40),
)
def test_ticks_at_any_times_sweep_every_hour_that_was_reached(hours: list[int], ticks: list[int]) -> None:
    """Whatever ticks were missed, and in whatever order a jumping clock brings them: after the last tick, each day was
    swept since the latest hour that this tick has reached, and two ticks at one instant sweep once."""
    swept = [CLOSED]
    for tick in ticks:
        for _ in range(2):
            if late_sweeps_due(after(tick), {D: swept}, hours):
                swept.append(after(tick))
    last = max((hour for hour in hours if hour <= ticks[-1]), default=None)
    assert last is None or any(after(last) <= instant <= after(ticks[-1]) for instant in swept)
    assert not late_sweeps_due(after(ticks[-1]), {D: swept}, hours)
