"""Tests of `domain/extraction_plan.py`: what is due when, what it costs, and that nothing is missed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cpm_assets.domain.extraction_errors import InvalidWindow
from cpm_assets.domain.extraction_plan import (
    CompleteExtraction,
    ExtractionKind,
    PlannedExtraction,
    check_window,
    due_extraction,
    select_extractions,
    whole_day,
)

DAY = date(2026, 11, 1)
MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)
NEXT_MIDNIGHT = MIDNIGHT + timedelta(days=1)
MINUTE = timedelta(minutes=1)


def _extraction(kind: ExtractionKind, started_at: datetime, finished_at: datetime | None = None) -> CompleteExtraction:
    return CompleteExtraction(f"{started_at:%Y%m%dT%H%M%S%fZ}-{kind}", kind, started_at, finished_at or started_at)


def _at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def _due(now: datetime, *complete: CompleteExtraction) -> PlannedExtraction:
    planned = due_extraction(DAY, now, complete)
    assert planned is not None
    return planned


def test_the_first_extraction_of_a_day_is_a_sweep() -> None:
    """Ticks overlay a sweep: without one there is no day (D16)."""
    planned = _due(_at(9.5))
    assert (planned.kind, planned.window_start, planned.window_end) == ("sweep", MIDNIGHT, NEXT_MIDNIGHT)


def test_a_tick_reads_from_an_hour_before_the_last_extraction_until_now() -> None:
    """Reading the whole day each quarter of an hour would cost 96 times its pages."""
    planned = _due(_at(10) + timedelta(seconds=0.7), _extraction("sweep", _at(9.75)))
    assert (planned.kind, planned.window_start, planned.window_end) == ("tick", _at(8.75), _at(10))


def test_a_tick_does_not_reach_into_the_day_before() -> None:
    """Its legs would be asked again and not costed here."""
    assert _due(_at(0.5), _extraction("sweep", _at(0.25))).window_start == MIDNIGHT


def test_after_downtime_the_window_reaches_back_to_the_last_complete_extraction() -> None:
    """A failed or missed tick leaves no receipt; what it would have read must be read by the next."""
    planned = _due(_at(20), _extraction("sweep", _at(1)), _extraction("tick", _at(8)))
    assert (planned.window_start, planned.window_end) == (_at(7), _at(20))


def test_one_tick_closes_the_day_after_midnight() -> None:
    """Otherwise the last minutes before midnight would be missing for an hour."""
    complete = [_extraction("sweep", _at(1)), _extraction("tick", _at(23.75))]
    planned = _due(_at(24.02), *complete)
    assert (planned.window_start, planned.window_end) == (_at(22.75), NEXT_MIDNIGHT)
    assert due_extraction(DAY, _at(24.5), [*complete, _extraction("tick", _at(24.02))]) is None


@pytest.mark.parametrize(("hours_after_end", "kind"), [(59 / 60, "tick"), (1, "sweep"), (24 * 7, "sweep")])
def test_an_ended_day_is_swept_from_one_hour_after_its_end(hours_after_end: float, kind: str) -> None:
    """Calls that ran across midnight end by then; and after a week of downtime it is still due."""
    assert _due(_at(24 + hours_after_end), _extraction("sweep", _at(10))).kind == kind


def test_a_sweep_begun_before_the_hour_was_over_does_not_count_as_the_day_end_sweep() -> None:
    """It may have missed what appeared since."""
    assert _due(_at(26), _extraction("sweep", _at(24.9))).kind == "sweep"
    assert due_extraction(DAY, _at(26), [_extraction("sweep", _at(25))]) is None


def test_nothing_is_due_of_a_day_that_has_not_begun() -> None:
    """A clock a moment early must not sweep tomorrow."""
    assert due_extraction(DAY, MIDNIGHT, []) is None
    assert due_extraction(DAY, MIDNIGHT - MINUTE, []) is None


def test_a_tick_of_no_length_is_not_due() -> None:
    """In the first second of a day the window would be empty, which the API refuses."""
    assert due_extraction(DAY, MIDNIGHT + timedelta(seconds=0.9), [_extraction("sweep", MIDNIGHT)]) is None


def test_a_sweep_asked_for_is_the_whole_day_whatever_was_read() -> None:
    """A person who materializes a day gets all of it."""
    planned = whole_day(DAY, "materialized")
    assert (planned.kind, planned.window_start, planned.window_end) == ("sweep", MIDNIGHT, NEXT_MIDNIGHT)


@pytest.mark.parametrize("pages_a_day", [1, 2, 15, 16, 17, 50, 400, 2_000])
def test_a_day_of_ticks_costs_at_most_twelve_times_its_pages_or_two_requests_a_tick(pages_a_day: int) -> None:
    """Over the API's 300 requests a minute the extraction falls behind for good."""
    complete: list[CompleteExtraction] = []
    requests = ticks = 0
    now = _at(0.25)
    while now <= _at(26):
        planned = due_extraction(DAY, now, complete)
        if planned is not None:
            # Legs come evenly through the day; a sweep of an open day finds what there is until now.
            seconds = (min(planned.window_end, now) - planned.window_start).total_seconds()
            requests += max(1, -int(-pages_a_day * seconds // 86_400))
            ticks += 1
            complete.append(_extraction(planned.kind, now))
        now += 15 * MINUTE
    assert requests <= max(12 * pages_a_day, 2 * ticks)
    assert [each.kind for each in complete].count("sweep") == 2


def test_a_leg_that_appears_within_the_hour_is_in_the_next_extraction_even_with_failures() -> None:
    """The claim in the module's docstring, tried for each minute of a day in which every third tick fails."""
    complete: list[CompleteExtraction] = []
    windows: list[tuple[datetime, datetime, datetime]] = []
    for number in range(96):
        now = _at(0.25 * number + 0.1)
        planned = _due(now, *complete)
        if number % 3 != 1:
            windows.append((now, planned.window_start, planned.window_end))
            complete.append(_extraction(planned.kind, now))
    for minute in range(23 * 60):
        start, appears = MIDNIGHT + minute * MINUTE, MIDNIGHT + (minute + 59) * MINUTE
        first_after = next((window for window in windows if window[0] >= appears), None)
        assert first_after is None or first_after[1] <= start < first_after[2]


def test_the_day_is_its_last_complete_sweep_and_the_ticks_after_it() -> None:
    """D16: an older sweep's legs that a newer one lacks have vanished and must not come back."""
    sweeps = [_extraction("sweep", _at(1)), _extraction("sweep", _at(5))]
    ticks = [_extraction("tick", _at(hours)) for hours in (2, 6, 7)]
    selection = select_extractions([ticks[2], sweeps[1], ticks[0], sweeps[0], ticks[1]], as_of=_at(30))
    assert selection.extractions == (sweeps[1], ticks[1], ticks[2])


def test_an_extraction_is_known_from_when_it_finished() -> None:
    """D22: as known at T, a sweep still running at T was not known."""
    first, second = _extraction("sweep", _at(1)), _extraction("sweep", _at(5), finished_at=_at(6))
    tick = _extraction("tick", _at(3))
    assert select_extractions([first, second, tick], as_of=_at(5.5)).extractions == (first, tick)
    assert select_extractions([first, second, tick], as_of=_at(6)).extractions == (second,)


def test_without_a_sweep_there_is_no_day() -> None:
    """Ticks alone are a part, and a part shown as the day is a wrong figure."""
    assert select_extractions([_extraction("tick", _at(3))], as_of=_at(30)).extractions == ()


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (MIDNIGHT, NEXT_MIDNIGHT + timedelta(seconds=1), "longer than 24 hours"),
        (MIDNIGHT, MIDNIGHT, "empty"),
        (NEXT_MIDNIGHT, MIDNIGHT, "empty"),
        (MIDNIGHT.replace(tzinfo=None), NEXT_MIDNIGHT, "time zone"),
    ],
)
def test_windows_that_the_api_would_misread_are_refused(start: datetime, end: datetime, reason: str) -> None:
    """The guide allows 24 hours; longer ones time out on the way."""
    with pytest.raises(InvalidWindow, match=reason):
        check_window(start, end)
    check_window(MIDNIGHT, NEXT_MIDNIGHT)
