"""The product's part in the simulation: one run of it, in a process of its own, and what a reader finds afterwards.

Real: the lake, extraction, inbox, parsing, the plan of a run, its input files, reviews and restatements, freezing, the
build and review logs, publishing and recovery. Not real: dbt (`stand_in_models.py`), and Dagster's steps, whose order
is repeated here. What is due is asked of the functions that the sensors call.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple

import duckdb

from cpm_assets.domain.build_plan import FINALIZE, LATE_SWEEP, RECOST, TICK
from cpm_assets.domain.extraction_errors import ExtractionError
from cpm_assets.domain.extraction_plan import due_extraction, whole_day
from cpm_assets.installation import Installation
from cpm_assets.resources import recomputation, warehouse_build, writer_lock
from cpm_assets.resources.final_day_review import review_final_days
from cpm_assets.resources.inbox import take_files
from cpm_assets.resources.parsed_files import parsed_deliveries
from cpm_assets.resources.run_inputs import plan_run
from cpm_assets.resources.usage_extraction import extract
from cpm_assets.sensors import finalizations_due, sweeps_due
from cpm_assets.touched_days import touched_days
from cpm_assets_tests.pipeline.scripted_usage import ScriptedUsage
from cpm_assets_tests.simulation.knowledge import Cell, Figures
from cpm_assets_tests.simulation.stand_in_models import stand_in_models


class Run(NamedTuple):
    """A run to make: its id, what it is for, its UTC days, and whether it asks the source."""

    run_id: str
    purpose: str
    days: tuple[date, ...]
    is_reading: bool = True


class Published(NamedTuple):
    """What a reader finds: figures as closed or open, and as restated, by day; versions by day with hash and sums."""

    daily: dict[date, Figures]
    restated: dict[date, Figures]
    versions: dict[date, list[tuple[int, str]]]


def use_the_stand_in() -> None:
    """From here on this process builds without dbt, and polls for the lock as fast as the simulation goes."""
    warehouse_build.run_models = recomputation.run_models = stand_in_models
    writer_lock.POLL_SECONDS = 0.002


def make(
    run: Run, installation: Installation, usage: ScriptedUsage, now: datetime, say: Callable[[str], object]
) -> None:
    """The steps of a production run. A second passes with each look at the clock."""
    seconds = count(1)

    def clock() -> datetime:
        return now + timedelta(seconds=next(seconds))

    installation.claim()
    final_days = installation.warehouse.builds.final_days(run.days)
    failed = [day for day in run.days if not _read(run, day, day in final_days, installation, usage, clock)]
    if failed and len(failed) == len(run.days):
        return
    directory = installation.directory
    with writer_lock.writer_lock(directory.work / "inbox.lock", run.run_id, say):
        take_files(directory.inbox, installation.lake, directory.work / "inbox_seen.json", clock, lambda: 2e9)
        parsed_deliveries(installation.lake)
    with installation.warehouse.writing(run.run_id, say):
        plan = plan_run(installation, run.days, run.purpose, run.run_id, clock())
        plan = review_final_days(installation, plan, say)
        warehouse_build.build_days(installation, plan, say)


def _read(
    run: Run, day: date, is_final: bool, installation: Installation, usage: ScriptedUsage, clock: Callable[[], datetime]
) -> bool:
    """As the asset `raw_legs` reads a day; whether nothing failed."""
    if not run.is_reading or (is_final and run.purpose != LATE_SWEEP):
        return True
    plan = whole_day(day, run.purpose)
    if run.purpose == TICK and not (plan := due_extraction(day, clock(), installation.lake.extractions(day))):
        return True
    with usage.open() as source:
        try:
            extract(source, installation.lake, day, plan.kind, (plan.window_start, plan.window_end), clock)
        except ExtractionError:
            return False
    return True


def due(installation: Installation, now: datetime, days: Sequence[date]) -> list[Run]:
    """What the daemon would launch now, without run ids: the sensors' days of one purpose as one run."""
    ticked = tuple(day for day in days[-3:] if due_extraction(day, now, installation.lake.extractions(day)))
    touched = touched_days(installation, now)
    asked = [
        Run("", TICK, ticked),
        Run("", FINALIZE, tuple(finalizations_due(installation, now, set()))),
        Run("", LATE_SWEEP, tuple(sweeps_due(installation, now, set()))),
        Run("", RECOST, tuple(day.usage_date for day in touched if not day.is_final), is_reading=False),
        Run("", LATE_SWEEP, tuple(day.usage_date for day in touched if day.is_final), is_reading=False),
    ]
    return [run for run in asked if run.days]


def published(file: Path) -> Published:
    """Everything in the published version that figures are quoted from."""
    with duckdb.connect(str(file), read_only=True, config={"threads": 1}) as connection:
        daily, restated = (_figures(connection, table) for table in ("cpm_daily", "cpm_daily_restated"))
        versions: dict[date, list[tuple[int, str]]] = {}
        rows = connection.execute("select usage_date, version, manifest_sha256 from day_versions order by all")
        for day, version, sha256 in rows.fetchall():
            versions.setdefault(day, []).append((version, sha256))
    return Published(daily, restated, versions)


def _figures(connection: duckdb.DuckDBPyConnection, table: str) -> dict[date, Figures]:
    days: dict[date, Figures] = {}
    rows = connection.execute(
        f"select usage_date, carrier_name, sum(legs)::bigint, sum(unrated_legs)::bigint, sum(billed_seconds)::bigint, "
        f"sum(total_cost)::decimal(18, 6) from {table} group by all"
    )
    for day, carrier, *sums in rows.fetchall():
        days.setdefault(day, {})[carrier] = Cell(*sums)
    return days
