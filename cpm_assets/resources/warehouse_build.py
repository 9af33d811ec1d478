"""A warehouse build: one dbt run over its planned days, and its outcome made true in one step.

Called with the writer's lock held, by the `warehouse` asset and by `make rebuild`: there is no second path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import duckdb

from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import DayBuild, Tolerated
from cpm_assets.resources.column_lineage import Lineage, lineage_of_models
from cpm_assets.resources.dbt_run import dbt_build
from cpm_assets.resources.frozen_versions import FIRST, FrozenVersion, read_version
from cpm_assets.resources.group_files import GroupFilesReport, publish_groups
from cpm_assets.resources.run_inputs import PlannedDay, RunPlan, write_run_inputs

Say = Callable[[str], object]
Outcomes = dict[date, tuple[bool, int, str | None]]
"""What the gate says of each costed day: accepted or not, legs received, and the reason of a rejection."""


@dataclass(frozen=True)
class TableSize:
    """How many rows a model has: in all, and for each day of the run if it has a day in its grain."""

    rows: int
    rows_by_day: Mapping[date, int] | None


@dataclass(frozen=True)
class Column:
    """A column as the warehouse has it: its engine's type, and its description."""

    name: str
    type: str
    description: str | None


@dataclass(frozen=True)
class CompetingGroups:
    """Groups of several legs and several invoice lines that may be the same calls, in the run's matching (D19).

    `in_time_order` of them were too large to be solved exactly; `matches_in_time_order` pairs were chosen there.
    """

    groups: int
    in_time_order: int
    matches_in_time_order: int


@dataclass(frozen=True)
class Models:
    """What dbt made, by model name: sizes of tables, and columns of tables and views; and its compiled SQL."""

    sizes: Mapping[str, TableSize]
    columns: Mapping[str, Sequence[Column]]
    compiled: Path
    competing: CompetingGroups

    @cached_property
    def lineage(self) -> Mapping[str, Lineage]:
        """Where each model's columns come from: read when it is asked for, while the build's SQL is there."""
        names = {model: [column.name for column in columns] for model, columns in self.columns.items()}
        return lineage_of_models(self.compiled, names)


@dataclass(frozen=True)
class BuildReport:
    """What a build did. `versions` are the frozen versions that it made: of days it closed, or restated."""

    builds: tuple[DayBuild, ...]
    snapshot: Path
    models: Models
    versions: tuple[FrozenVersion, ...] = ()
    groups: GroupFilesReport = GroupFilesReport()


def build_days(installation: Installation, plan: RunPlan, say: Say) -> BuildReport:
    """Run dbt over the plan's days, record their builds and reviews, and publish. Raises as `run_models` does."""
    outcomes, models = run_models(installation, plan, say)
    versions = tuple(installation.warehouse.frozen.staged_versions())
    closed = {each.usage_date: each.manifest_sha256 for each in versions if each.version == FIRST}
    builds = tuple(
        _day_build(day, outcomes, plan.tolerated, closed.get(day.plan.usage_date))
        for day in plan.days
        if day.plan.is_costed or day.plan.extraction_state == "failed"
    )
    for build in builds:
        if not build.is_good:
            say(f"{build.usage_date}: {build.outcome}: {build.reason}")
    snapshot = installation.warehouse.commit(builds, plan.as_of_utc, plan.run_id, plan.reviews)
    say(f"published {snapshot.name}")
    groups = publish_groups(installation.directory.published, snapshot, say)
    pack_readings(installation, [day.plan.usage_date for day in plan.days], say)
    return BuildReport(builds, snapshot, models, versions, groups)


def pack_readings(installation: Installation, days: Sequence[date], say: Say) -> None:
    """Put together the ticks of those of the days that are closed, but what one of their versions was made of.

    It is no part of the build: a lake that cannot be written now is tried again by the next run of the day.
    """
    lake, frozen = installation.lake, installation.warehouse.frozen
    for day in installation.warehouse.builds.final_days(days):
        try:
            aside = lake.set_aside(day)
            if not aside:
                continue
            near = (day - timedelta(days=1), day, day + timedelta(days=1))
            made_of = {
                extraction["extraction_id"]
                for directory in (each for beside in near for each in frozen.of_day(beside))
                for extraction in read_version(directory).manifest["extractions"]
            }
            lake.pack(day, [reading for reading in aside if reading.name not in made_of])
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            say(f"{day}: its ticks were not put together: {error}")


def run_models(installation: Installation, plan: RunPlan, say: Say) -> tuple[Outcomes, Models]:
    """Run dbt over the plan's days, and read the gate's word on each costed day and what the models are now.

    Raises DbtFailedError when a model or an invariant fails. Publishes nothing.
    """
    write_run_inputs(installation, plan)
    say(f"dbt build: {_summary(plan)}")
    target = dbt_build(installation.directory, say)
    days = [day.plan.usage_date for day in plan.days]
    with duckdb.connect(str(installation.warehouse.models_file)) as connection:
        marts_file = str(installation.warehouse.marts_file).replace("'", "''")
        connection.execute(f"attach '{marts_file}' as cpm (read_only)")
        outcomes, sizes, columns = _outcomes(connection), _sizes(connection, days), _columns(connection)
        competing = competing_groups(connection)
    return outcomes, Models(sizes, columns, target / "compiled", competing)


def _summary(plan: RunPlan) -> str:
    counts = Counter(
        "closed" if day.plan.is_finalizing else "costed" if day.plan.is_costed else
        "reconciled" if day.plan.is_reconciled else "status only"
        for day in plan.days
    )  # fmt: skip
    return ", ".join(f"{count} day(s) {what}" for what, count in counts.items()) or "no day"


def _day_build(day: PlannedDay, outcomes: Outcomes, tolerated: Tolerated, manifest_sha256: str | None) -> DayBuild:
    plan = day.plan
    if plan.is_costed:
        is_accepted, legs, reason = outcomes[plan.usage_date]
        outcome = "rejected" if not is_accepted else "accepted" if legs else "empty"
    else:
        is_accepted, reason, outcome = False, plan.extraction_reason, "failed"
    return DayBuild(
        usage_date=plan.usage_date,
        run_id=day.run_id,
        built_at_utc=day.built_at_utc,
        known_at_utc=day.known_at_utc,
        outcome=outcome,
        is_final=is_accepted and plan.is_finalizing,
        is_finalizing=plan.is_finalizing,
        reason=reason,
        tolerated=tolerated,
        manifest_sha256=manifest_sha256,
    )


def _outcomes(connection: duckdb.DuckDBPyConnection) -> Outcomes:
    rows = connection.execute("select usage_date, is_accepted, legs_received, reason from int_day_gate").fetchall()
    return {day: (is_accepted, legs, reason) for day, is_accepted, legs, reason in rows}


def competing_groups(connection: duckdb.DuckDBPyConnection) -> CompetingGroups:
    """Counted from what the run's last model chose, so it is about all days of the run together."""
    found = connection.execute(
        "select count(*), count(*) filter (where not is_exact), "
        "cast(coalesce(sum(matches) filter (where not is_exact), 0) as bigint) "
        "from (select bool_and(is_exact) as is_exact, count(*) as matches "
        "from int_invoice_matches_in_doubt group by group_leg_id)"
    ).fetchone()
    return CompetingGroups(*(found or (0, 0, 0)))


def _sizes(connection: duckdb.DuckDBPyConnection, days: Sequence[date]) -> dict[str, TableSize]:
    sizes = {}
    for database, name, rows, has_day in connection.execute(
        "select t.database_name, t.table_name, t.estimated_size, bool_or(c.column_name = 'usage_date') "
        "from duckdb_tables() as t join duckdb_columns() as c using (table_oid, database_oid) "
        "where not t.temporary group by all"
    ).fetchall():
        by_day = None
        if has_day:
            counted = connection.execute(
                f'select usage_date, count(*) from "{database}".main."{name}" '  # noqa: S608 - our own models' names
                "where usage_date in (select unnest($days::date[])) group by all",
                {"days": [day.isoformat() for day in days]},
            ).fetchall()
            by_day = {**dict.fromkeys(days, 0), **dict(counted)}
        sizes[name] = TableSize(rows, by_day)
    return sizes


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Column]]:
    columns: dict[str, list[Column]] = {}
    for table, *column in connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() where not internal "
        "order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, []).append(Column(*column))
    return columns
