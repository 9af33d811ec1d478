"""Build plan: what a run does with each of its days. Pure; the caller gathers what the lake and the build log know.

Belongs here: purposes of runs and the decision per day. Does not belong here: which extractions make up a day
(`extraction_plan.py`), or when a day becomes due for closing (`finality.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

PURPOSE_TAG = "cpm/purpose"
"""The run tag that says what a run is for; a run without it (materialized by hand in the UI) is a `day` run."""

DAY, TICK, FINALIZE, RECOST, RECONCILE, STATUS = "day", "tick", "finalize", "recost", "reconcile", "status"
LATE_SWEEP, VERIFY, RECOMPUTE = "late_sweep", "verify", "recompute"
PURPOSES = (DAY, TICK, FINALIZE, RECOST, LATE_SWEEP, RECONCILE, STATUS, VERIFY, RECOMPUTE)
COSTING = (DAY, TICK, FINALIZE, RECOST)


@dataclass(frozen=True)
class ExtractionState:
    """Whether a UTC day can be built: `complete` (a whole sweep is there), `failed` (and none before), `awaited` (the
    source does not have it yet), or `none`."""

    state: str
    reason: str | None = None


@dataclass(frozen=True)
class DayPlan:
    """What a run does with one UTC day: a row of `work/inputs/days.parquet`.

    `is_reviewed`: the day is final and is compared with what is known now (`resources/final_day_review.py`).
    """

    usage_date: date
    purpose: str
    is_finalizing: bool
    is_costed: bool
    is_reconciled: bool
    extraction_state: str
    extraction_reason: str | None
    is_reviewed: bool = False


def purpose_of(tags: Mapping[str, str]) -> str:
    """The purpose in a run's tags. Raises ValueError for one that does not exist."""
    purpose = tags.get(PURPOSE_TAG, DAY)
    if purpose not in PURPOSES:
        raise ValueError(f"the run tag {PURPOSE_TAG} is {purpose!r}; it must be one of: {', '.join(PURPOSES)}")
    return purpose


def plan_days(
    days: Iterable[date],
    purpose: str,
    extraction_states: Mapping[date, ExtractionState],
    final_days: Collection[date],
) -> list[DayPlan]:
    """One plan per day of the run.

    A final day is never costed again (D21); a late sweep reviews it, and its flags still follow new invoices. A day
    whose extraction is not complete is not costed either, so its last good figures stand (D23); the plan carries the
    reason to `day_status`.
    """
    plans = []
    for day in days:
        extraction = extraction_states.get(day, ExtractionState("none"))
        is_read, is_final = extraction.state == "complete", day in final_days
        is_costed = purpose in COSTING and is_read and not is_final
        plans.append(
            DayPlan(
                usage_date=day,
                purpose=purpose,
                is_finalizing=purpose == FINALIZE and is_costed,
                is_costed=is_costed,
                is_reconciled=purpose == RECONCILE or is_costed,
                extraction_state=extraction.state,
                extraction_reason=extraction.reason,
                is_reviewed=purpose == LATE_SWEEP and is_read and is_final,
            )
        )
    return plans
