"""Run inputs: what one dbt run is to build and from which files, gathered from the lake and written for its models.

Belongs here: gathering and writing `work/inputs/*.parquet`. Does not belong here: what is done with a day
(`domain/build_plan.py`) and which extractions make it up (`domain/extraction_plan.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from cpm_assets.domain.build_plan import LATE_SWEEP, RECOST, STATUS, DayPlan, ExtractionState, plan_days
from cpm_assets.installation import Installation
from cpm_assets.resources import parquet_tables, run_schemas, version_schemas
from cpm_assets.resources.build_log import Tolerated
from cpm_assets.resources.closing_facts import closing_facts
from cpm_assets.resources.frozen_versions import FIRST, FrozenVersion
from cpm_assets.resources.parsed_files import ReferenceFile, parsed_deliveries
from cpm_assets.resources.published import published_figure_changes
from cpm_assets.resources.restatement_inputs import restated_rows, review_rows
from cpm_assets.resources.review_log import DayReview
from cpm_assets.resources.usage_extraction import parsed_paths
from cpm_assets.settings import Settings

SCHEMA_VERSION = "1"
"""Of the published file: raised when a column that readers use changes its meaning or goes."""

STATUS_DAYS_BACK = 14
"""A run also tells the status of days this far back whose extraction failed since they were last built."""


@dataclass(frozen=True)
class PlannedDay:
    """A day of a run: what is done with it, under which run's name, and as known at which instant (UTC)."""

    plan: DayPlan
    run_id: str
    built_at_utc: datetime
    known_at_utc: datetime


@dataclass(frozen=True)
class RunPlan:
    """The days of one dbt run, the instant at which its reference data is taken, and what it tolerates.

    `is_freezing`: days that it closes get their frozen version (D21); working a day out aside makes none.
    `history_from` is a published version whose history a rebuild keeps: what builds that are not replayed changed.
    `reviews` and `restated` are what it publishes of final days (`final_day_review.py`): what their reviews found, and
    of the days with a new version all versions but the first.
    """

    run_id: str
    as_of_utc: datetime
    days: tuple[PlannedDay, ...]
    tolerated: Tolerated
    is_freezing: bool = True
    history_from: Path | None = None
    reviews: tuple[DayReview, ...] = ()
    restated: tuple[FrozenVersion, ...] = ()


def plan_run(installation: Installation, days: Sequence[date], purpose: str, run_id: str, now: datetime) -> RunPlan:
    """What a run launched now does with its days, and with days whose failure nobody was told of yet."""
    told = [*plan_days(days, purpose, *_known(installation, days, now, purpose))]
    untold = _days_that_failed_untold(installation, set(days), now)
    told += plan_days(untold, STATUS, *_known(installation, untold, now, STATUS))
    return RunPlan(
        run_id,
        now,
        tuple(PlannedDay(plan, run_id, now, now) for plan in told),
        tolerated_now(installation.settings),
    )


def tolerated_now(settings: Settings) -> Tolerated:
    """What the present settings tolerate."""
    return Tolerated(settings.tolerated_unknown_carrier_legs, settings.tolerated_zero_billing_legs)


def write_run_inputs(installation: Installation, plan: RunPlan) -> None:
    """Write the inputs of a dbt run; only while holding the writer's lock."""
    directory, settings = installation.directory.run_inputs, installation.settings
    days = [
        (
            day.plan.usage_date,
            day.run_id,
            day.built_at_utc,
            day.plan.purpose,
            day.plan.is_finalizing,
            day.plan.is_costed,
            day.plan.is_reconciled,
            day.plan.extraction_state,
            day.plan.extraction_reason,
        )
        for day in plan.days
    ]
    run = (
        plan.as_of_utc,
        settings.first_day,
        plan.as_of_utc.date(),
        *plan.tolerated,
        settings.publish_numbers,
        settings.leg_days,
        settings.stamp,
        version("cpm_assets"),
        SCHEMA_VERSION,
    )
    parquet_tables.write_table(directory / "days.parquet", days, run_schemas.RUN_DAYS)
    parquet_tables.write_table(directory / "run.parquet", [run], run_schemas.RUN)
    changes = published_figure_changes(plan.history_from) if plan.history_from else []
    parquet_tables.write_table(directory / "earlier_figure_changes.parquet", changes, version_schemas.FIGURE_CHANGES)
    parquet_tables.write_table(
        directory / "usage_files.parquet", _usage_files(installation, plan), run_schemas.RUN_USAGE_FILES
    )
    superseded = _superseded_sweeps(installation, plan)
    parquet_tables.write_table(directory / "superseded_sweeps.parquet", superseded, run_schemas.RUN_SUPERSEDED_SWEEPS)
    deliveries = known_deliveries(installation, plan.as_of_utc)
    parquet_tables.write_table(
        directory / "reference_files.parquet",
        [file.run_input() for file in deliveries],
        run_schemas.RUN_REFERENCE_FILES,
    )
    freezings = _freezings(installation, plan, deliveries) if plan.is_freezing else []
    parquet_tables.write_table(directory / "freezings.parquet", freezings, run_schemas.RUN_FREEZINGS)
    restated = restated_rows(plan.restated)
    parquet_tables.write_table(directory / "restated_versions.parquet", restated, run_schemas.RUN_RESTATED_VERSIONS)
    parquet_tables.write_table(directory / "reviews.parquet", review_rows(plan.reviews), run_schemas.RUN_REVIEWS)
    parquet_tables.write_empty_tables(directory)


def known_deliveries(installation: Installation, as_of: datetime) -> list[ReferenceFile]:
    """The deliveries received by an instant (D22)."""
    return [file for file in parsed_deliveries(installation.lake) if file.delivery.received_at <= as_of]


def _usage_files(installation: Installation, plan: RunPlan) -> Iterable[tuple[object, ...]]:
    """The extractions of each costed day and of the day before it, whose calls go on in it (D15)."""
    costed = {day.plan.usage_date: day.known_at_utc for day in plan.days if day.plan.is_costed}
    before = {day - timedelta(days=1): known_at for day, known_at in costed.items()}
    for asked_day, known_at in sorted({**before, **costed}.items()):
        for extraction in installation.lake.day_selection(asked_day, known_at).extractions:
            legs_path, rejects_path = parsed_paths(installation.lake, extraction)
            yield (
                asked_day,
                extraction.extraction_id,
                extraction.kind,
                extraction.started_at,
                str(legs_path),
                str(rejects_path),
                extraction.distinct_legs,
                extraction.total_reported,
            )


def _freezings(
    installation: Installation, plan: RunPlan, deliveries: Sequence[ReferenceFile]
) -> Iterable[tuple[object, ...]]:
    """The days that are closed: with a frozen version they are restored from it, else they get their first one."""
    frozen = installation.warehouse.frozen
    for day in plan.days:
        if not day.plan.is_finalizing:
            continue
        usage_date = day.plan.usage_date
        if frozen.of_day(usage_date):
            yield usage_date, True, str(frozen.directory(usage_date)), None
            continue
        facts = closing_facts(
            installation,
            usage_date,
            day.run_id,
            day.built_at_utc,
            day.known_at_utc,
            plan.tolerated,
            deliveries,
            version_number=FIRST,
            reason="closed",
        )
        yield usage_date, False, str(frozen.staging_directory(usage_date)), json.dumps(facts)


def _superseded_sweeps(installation: Installation, plan: RunPlan) -> Iterable[tuple[object, ...]]:
    """The whole sweeps of each costed day that the day's present one replaced, as known at the day's instant."""
    for day in plan.days:
        if not day.plan.is_costed:
            continue
        asked_day = day.plan.usage_date
        present = installation.lake.day_selection(asked_day, day.known_at_utc).sweep
        for extraction in installation.lake.extractions(asked_day):
            is_older = present is not None and extraction.started_at <= present.started_at
            if extraction.kind == "sweep" and is_older and extraction != present:
                legs_path, _ = parsed_paths(installation.lake, extraction)
                yield asked_day, extraction.extraction_id, str(legs_path)


def _known(
    installation: Installation, days: Iterable[date], now: datetime, purpose: str
) -> tuple[dict[date, ExtractionState], set[date]]:
    days = list(days)
    states = {day: _extraction_state(installation, day, now, purpose) for day in days}
    return states, set(installation.warehouse.builds.final_days(days))


def _extraction_state(installation: Installation, day: date, now: datetime, purpose: str) -> ExtractionState:
    """Complete if a sweep is there and nothing failed after it; a failed newer reading keeps the day as it was, and so
    does one that found the source without it: a day is not closed from what was only provisional.

    Costing again from the lake asks for no reading: the last complete one will do, though the API is down since.
    """
    lake = installation.lake
    extractions = lake.day_selection(day, now).extractions
    failure, awaited = lake.last_failure(day, now), lake.last_awaited(day, now)
    if purpose in (RECOST, LATE_SWEEP) and extractions:
        return ExtractionState("complete")
    if awaited and (not failure or failure.started_at <= awaited.started_at):
        return ExtractionState("awaited", awaited.reason)
    if failure and (not extractions or failure.failed_at > extractions[-1].started_at):
        return ExtractionState("failed", failure.reason)
    return ExtractionState("complete" if extractions else "none")


def _days_that_failed_untold(installation: Installation, told: set[date], now: datetime) -> list[date]:
    untold = []
    for back in range(STATUS_DAYS_BACK):
        day = now.date() - timedelta(days=back)
        failure = installation.lake.last_failure(day, now)
        if day in told or day < installation.settings.first_day or failure is None:
            continue
        last = installation.warehouse.builds.last_of_day(day)
        if last is None or last.built_at_utc < failure.failed_at:
            untold.append(day)
    return untold
