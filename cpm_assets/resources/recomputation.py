"""Recomputation: a day's figures worked out aside, from the inputs known at an instant (D22).

The same dbt project on the same lake, in warehouse files of its own below a temporary directory. Nothing of the
installation is written, but for deliveries that were not parsed yet; the writer's lock is not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from cpm_assets.domain.build_plan import DAY, FINALIZE, STATUS, DayPlan
from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import Tolerated
from cpm_assets.resources.run_inputs import PlannedDay, RunPlan
from cpm_assets.resources.scratch_directories import RECOMPUTATION, scratch_directory
from cpm_assets.resources.warehouse import Warehouse
from cpm_assets.resources.warehouse_build import run_models

RUN_ID = "recomputation"


@contextmanager
def recomputed_day(
    installation: Installation,
    day: date,
    known_at: datetime,
    tolerated: Tolerated,
    say: Callable[[str], object],
    *,
    is_finalizing: bool = False,
) -> Iterator[Path]:
    """The marts file of a warehouse that holds the UTC day and those beside it as known at `known_at` (aware UTC).

    The days beside it are there because a leg's newest copy may be in theirs, and then belongs to them (D16). Days of
    which no sweep was complete by then are not. `is_finalizing` counts legs without an end as the closing sweep does.
    """
    closing = {day} if is_finalizing else set()
    with recomputed_days(installation, [day], known_at, tolerated, say, closing=closing) as warehouse:
        yield warehouse.marts_file


@contextmanager
def recomputed_days(
    installation: Installation,
    days: Collection[date],
    known_at: datetime,
    tolerated: Tolerated,
    say: Callable[[str], object],
    *,
    closing: Collection[date] = (),
    looked_at: Collection[date] = (),
) -> Iterator[Warehouse]:
    """As `recomputed_day`, of several UTC days at once: the whole warehouse. `closing` are those that are finalized.

    `looked_at` are days that are not costed, for the checks to look at what holds on them.
    """
    near = {day + timedelta(days=offset) for day in days for offset in (-1, 0, 1)}
    with scratch_directory(RECOMPUTATION) as root:
        aside = Installation(replace(installation.settings, data_dir=root))
        aside.directory.lake.symlink_to(installation.directory.lake)
        for directory in (aside.directory.warehouse, aside.directory.work):
            directory.mkdir()
        read = [
            day
            for day in sorted(near)
            if day >= installation.settings.first_day and aside.lake.day_selection(day, known_at).sweep is not None
        ]
        planned = [_planned(day, known_at, is_finalizing=day in closing) for day in read]
        planned += [_looked_at(day, known_at) for day in sorted(set(looked_at) - set(read))]
        run_models(aside, RunPlan(RUN_ID, known_at, tuple(planned), tolerated, is_freezing=False), say)
        yield aside.warehouse


def _planned(day: date, known_at: datetime, *, is_finalizing: bool) -> PlannedDay:
    plan = DayPlan(
        usage_date=day,
        purpose=FINALIZE if is_finalizing else DAY,
        is_finalizing=is_finalizing,
        is_costed=True,
        is_reconciled=False,
        extraction_state="complete",
        extraction_reason=None,
    )
    return PlannedDay(plan, RUN_ID, known_at, known_at)


def _looked_at(day: date, known_at: datetime) -> PlannedDay:
    plan = DayPlan(
        usage_date=day,
        purpose=STATUS,
        is_finalizing=False,
        is_costed=False,
        is_reconciled=False,
        extraction_state="none",
        extraction_reason=None,
    )
    return PlannedDay(plan, RUN_ID, known_at, known_at)
