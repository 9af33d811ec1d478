"""`make rebuild`: the warehouse again from the lake alone, by replaying the build log.

Each day is built again as it was last accepted: from the extractions known at that build's instant, under its name and
time; a closed day's figures are read back from its frozen files (D21). A newer attempt that was rejected or failed is
replayed after it, so that its evidence is there again. Days built with the same reference data go into one dbt run.
Flags are made last, from the invoices known now: they follow invoices, not finality (D21). So are restated versions,
from their own files. What earlier builds changed (`figure_changes`) is taken from the published version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby

from cpm_assets.commands.session import session
from cpm_assets.commands.terminal import say
from cpm_assets.domain.build_plan import DAY, FINALIZE, RECONCILE, STATUS, DayPlan
from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import DayBuild, Tolerated
from cpm_assets.resources.delivery_store import REFERENCE_KINDS
from cpm_assets.resources.final_day_review import restated_versions
from cpm_assets.resources.frozen_verification import check_before_reading
from cpm_assets.resources.group_files import publish_groups
from cpm_assets.resources.run_inputs import PlannedDay, RunPlan, known_deliveries, tolerated_now
from cpm_assets.resources.warehouse_build import run_models

RUN_ID = "rebuild"


def run_rebuild() -> int:
    """Make `warehouse/` again and publish it. The old published version stays until the new one is whole."""
    with session() as opened:
        rebuild(opened.installation, opened.clock.now())
    return 0


def rebuild(installation: Installation, now: datetime) -> None:
    """Replay the build log into empty warehouse files. Killed half way, it is simply run again."""
    warehouse = installation.warehouse
    check_before_reading(warehouse, list(warehouse.builds.final_days()))
    with warehouse.writing("make rebuild", say, afresh=True):
        first, *others = _replays(installation, now)
        plans = [replace(first, history_from=warehouse.snapshots.current()), *others]
        for number, plan in enumerate(plans, start=1):
            say(f"rebuild {number} of {len(plans)}")
            run_models(installation, plan, say)
        version = warehouse.commit([], now, RUN_ID)
        publish_groups(installation.directory.published, version, say)


def _replays(installation: Installation, now: datetime) -> Iterator[RunPlan]:
    warehouse = installation.warehouse
    builds, days = warehouse.builds, warehouse.builds.days()
    good = [build for day in days if (build := builds.last_of_day(day, good=True))]
    newest = [build for day in days if (build := builds.last_of_day(day)) and not build.is_good]
    yield from _grouped(installation, good)
    yield from _grouped(installation, newest)
    flagged = tuple(_flagged(installation, day, now) for day in days)
    restated = tuple(version for day in warehouse.frozen.days() for version in restated_versions(installation, day))
    reviews = tuple(review for day in days if (review := warehouse.reviews.last_of_day(day)))
    yield RunPlan(RUN_ID, now, flagged, tolerated_now(installation.settings), reviews=reviews, restated=restated)


def _grouped(installation: Installation, builds: Iterable[DayBuild]) -> Iterator[RunPlan]:
    """One run per set of reference files known at the builds' instants, and of what was tolerated then.

    Invoices and decisions are no part of a day's figures: years of them must not make a run each.
    """

    def conditions(build: DayBuild) -> tuple[Tolerated, list[str]]:
        return build.tolerated, sorted(
            file.delivery.sha256
            for file in known_deliveries(installation, build.known_at_utc)
            if file.delivery.kind in REFERENCE_KINDS
        )

    for _, group in groupby(sorted(builds, key=lambda build: build.known_at_utc), key=conditions):
        replayed = list(group)
        yield RunPlan(
            RUN_ID, replayed[-1].known_at_utc, tuple(_replayed(build) for build in replayed), replayed[0].tolerated
        )


def _flagged(installation: Installation, day: date, now: datetime) -> PlannedDay:
    """A day's flags and their check, under the name and time of the build whose legs they are about."""
    builds = installation.warehouse.builds
    last = builds.last_of_day(day)
    build = last if last and last.outcome != "failed" else builds.last_of_day(day, good=True)
    plan = DayPlan(day, RECONCILE, False, False, True, "complete", None)
    return PlannedDay(plan, build.run_id if build else RUN_ID, build.built_at_utc if build else now, now)


def _replayed(build: DayBuild) -> PlannedDay:
    has_figures = build.outcome != "failed"
    plan = DayPlan(
        usage_date=build.usage_date,
        purpose=(FINALIZE if build.is_finalizing else DAY) if has_figures else STATUS,
        is_finalizing=build.is_finalizing,
        is_costed=has_figures,
        is_reconciled=False,
        extraction_state="complete" if has_figures else "failed",
        extraction_reason=None if has_figures else build.reason,
    )
    return PlannedDay(plan, build.run_id, build.built_at_utc, build.known_at_utc)
