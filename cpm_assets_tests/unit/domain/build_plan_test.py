"""Claims about `cpm_assets.domain.build_plan`: what a run does with each of its days."""

from datetime import date

import pytest

from cpm_assets.domain.build_plan import (
    DAY,
    FINALIZE,
    LATE_SWEEP,
    PURPOSE_TAG,
    PURPOSES,
    RECONCILE,
    STATUS,
    TICK,
    DayPlan,
    ExtractionState,
    plan_days,
    purpose_of,
)

D = date(2026, 11, 1)
COMPLETE = {D: ExtractionState("complete")}


def plan(purpose: str, states: dict[date, ExtractionState], final: frozenset[date] = frozenset()) -> DayPlan:
    (only,) = plan_days([D], purpose, states, final)
    return only


def test_a_run_by_hand_without_a_purpose_is_a_day_run() -> None:
    """Somebody who clicks Materialize means the day, all of it."""
    assert purpose_of({}) == DAY


def test_a_purpose_that_does_not_exist_stops_the_run() -> None:
    """`finalise` misspelt would build the day and never close it."""
    with pytest.raises(ValueError, match="finalise"):
        purpose_of({PURPOSE_TAG: "finalise"})


@pytest.mark.parametrize("purpose", [DAY, TICK, FINALIZE])
def test_a_completely_read_day_is_costed_and_reconciled(purpose: str) -> None:
    """The product's main job."""
    found = plan(purpose, COMPLETE)
    assert (found.is_costed, found.is_reconciled, found.is_finalizing) == (True, True, purpose == FINALIZE)


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("state", [ExtractionState("failed", "503"), ExtractionState("none"), None])
def test_a_day_that_was_not_read_completely_is_neither_costed_nor_closed(
    purpose: str, state: ExtractionState | None
) -> None:
    """Half a day costed, or worse closed for good, would replace its last good figures (D23)."""
    found = plan(purpose, {D: state} if state else {})
    assert (found.is_costed, found.is_finalizing) == (False, False)
    assert found.extraction_reason == (state.reason if state else None)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_final_day_is_never_costed_again(purpose: str) -> None:
    """A figure that finance has booked would change (D21)."""
    found = plan(purpose, COMPLETE, frozenset([D]))
    assert (found.is_costed, found.is_finalizing) == (False, False)


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("is_final", [True, False])
@pytest.mark.parametrize("state", [ExtractionState("complete"), ExtractionState("failed", "503")])
def test_only_a_late_sweep_that_read_a_final_day_reviews_it(
    purpose: str, is_final: bool, state: ExtractionState
) -> None:
    """A restatement from half a reading, or of a day that is still open, would be a difference to nothing (D21)."""
    found = plan(purpose, {D: state}, frozenset([D]) if is_final else frozenset())
    assert found.is_reviewed == (purpose == LATE_SWEEP and is_final and state.state == "complete")


def test_flags_of_a_final_day_still_follow_new_invoices() -> None:
    """The invoice comes weeks after the day is final; it would never be compared."""
    assert plan(RECONCILE, COMPLETE, frozenset([D])).is_reconciled


def test_a_status_run_touches_no_figure() -> None:
    """Telling readers that a day failed must not recompute it."""
    found = plan(STATUS, COMPLETE)
    assert (found.is_costed, found.is_reconciled, found.is_finalizing) == (False, False, False)


def test_each_day_of_a_run_is_planned_for_itself() -> None:
    """In a backfill one unread or final day must not stop the others."""
    days = [date(2026, 11, day) for day in (1, 2, 3)]
    states = {days[0]: ExtractionState("complete"), days[2]: ExtractionState("complete")}
    plans = plan_days(days, FINALIZE, states, {days[2]})
    assert [each.usage_date for each in plans] == days
    assert [each.is_finalizing for each in plans] == [True, False, False]
