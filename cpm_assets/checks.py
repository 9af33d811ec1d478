"""Asset checks: what each day must satisfy, seen by on-call on the day itself.

Belongs here: the checks as Dagster shows them. The SQL that finds the offending rows is `dbt/models/checks/`, one model
a check, named like it; the list with each check's asset and severity is `vars.checks` in `dbt/dbt_project.yml`. Their
results are in the published table `check_results`, so what readers see is what was checked.

`carrier_match` and `non_zero_billing` are blocking (D13, D14). What really holds a rejected day's figures back is the
gate inside the dbt run (`int_day_gate`): it keeps the day's last good rows, in a run of one day or of thirty alike.
These checks report it, and fail the run's last step.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import dagster as dg
import duckdb
import yaml

from cpm_assets.closed_day_check import build_closed_day_check
from cpm_assets.dbt_project import PROJECT_DIR
from cpm_assets.frozen_days_check import build_frozen_days_check
from cpm_assets.installation import Installation
from cpm_assets.partitions import days_of
from cpm_assets.resources.clock import Clock
from cpm_assets.runbooks import runbook_metadata

SHOWN_OFFENDERS = 10
FRESH_WITHIN = timedelta(minutes=45)
"""The open day is fresh when it was built within three of the 15-minute ticks."""


def listed_checks() -> list[dict[str, Any]]:
    """The checks of `dbt_project.yml`: name, asset, severity (error, warn), is_blocking, description."""
    return yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())["vars"]["checks"]


def build_checks(partitions_def: dg.PartitionsDefinition) -> list[dg.AssetChecksDefinition]:
    """The explicit list: the checks of each day, in one step after publishing, and the open day's freshness.

    Freshness has a job and a schedule of its own: a check inside the runs would say nothing when nothing runs.
    """
    specs = [
        dg.AssetCheckSpec(
            check["name"],
            asset=check["asset"],
            description=check["description"],
            blocking=check["is_blocking"],
            partitions_def=partitions_def,
            additional_deps=["published"],
        )
        for check in listed_checks()
    ]

    @dg.multi_asset_check(
        name="day_checks", specs=specs, can_subset=True, description="Each day's checks, from the published snapshot."
    )
    def day_checks(
        context: dg.AssetCheckExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> Iterator[dg.AssetCheckResult]:
        selected, days = {key.name for key in context.selected_asset_check_keys}, days_of(context)
        rejected = []
        for row in published_results(installation, days):
            if row["check_name"] not in selected:
                continue
            context.op_execution_context.log_event(_evaluation_of_day(row, installation.settings.runbooks_url))
            if row["is_blocking"] and not row["is_passed"] and not row["is_waived"]:
                rejected.append(f"{row['usage_date']} ({row['check_name']}: {row['failing_rows']} leg(s))")
        builds = [installation.warehouse.builds.of_run(day, context.run.run_id) for day in days]
        unread = [
            f"{build.usage_date} (not read completely)" for build in builds if build and build.outcome == "failed"
        ]
        if rejected or unread:
            raise dg.Failure(
                "these days keep their last good figures, every other day of the run went through: "
                + ", ".join(sorted(rejected + unread)),
                allow_retries=False,
            )
        yield from ()  # each result is told on its own day, in a run of one day or of many alike

    @dg.asset_check(
        asset="cpm_fact",
        name="open_day_fresh",
        partitions_def=partitions_def,
        description=f"The open UTC day was built within {FRESH_WITHIN.seconds // 60} minutes (three ticks).",
    )
    def open_day_fresh(
        context: dg.AssetCheckExecutionContext,
        installation: dg.ResourceParam[Installation],
        clock: dg.ResourceParam[Clock],
    ) -> dg.AssetCheckResult:
        now = clock.now()
        last = installation.warehouse.builds.last_of_day(now.date(), good=True)
        age = None if last is None else now - last.built_at_utc
        return dg.AssetCheckResult(
            passed=age is not None and age <= FRESH_WITHIN,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "open_day": now.date().isoformat(),
                "last_built_at_utc": "never" if last is None else last.built_at_utc.isoformat(),
                "age_minutes": -1 if age is None else round(age.total_seconds() / 60),
                **runbook_metadata(installation.settings.runbooks_url, "open_day_fresh"),
            },
        )

    return [day_checks, open_day_fresh, build_frozen_days_check(partitions_def), build_closed_day_check(partitions_def)]


def published_results(installation: Installation, days: Sequence[date]) -> list[dict[str, Any]]:
    """The rows of `check_results` of these days, as dictionaries, by day and check."""
    with duckdb.connect(str(installation.directory.published_file.resolve()), read_only=True) as connection:
        result = connection.execute(
            "select usage_date, check_name, asset_name, severity, is_blocking, is_passed, is_waived, failing_rows, "
            "offenders from check_results where usage_date in (select unnest($days::date[])) "
            "order by usage_date, check_name",
            {"days": [day.isoformat() for day in days]},
        )
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _evaluation_of_day(row: dict[str, Any], runbooks_url: str) -> dg.AssetCheckEvaluation:
    """A result on its own day, as on-call opens it: how many rows, the first ten as a table, and what to do."""
    metadata = {
        "failing_rows": dg.MetadataValue.int(row["failing_rows"]),
        **({"is_waived": True} if row["is_waived"] else {}),
        **runbook_metadata(runbooks_url, row["check_name"]),
    }
    offenders = json.loads(row["offenders"] or "[]")[:SHOWN_OFFENDERS]
    if offenders:
        metadata[f"first_{SHOWN_OFFENDERS}"] = dg.MetadataValue.table(
            [dg.TableRecord({name: _cell(value) for name, value in offender.items()}) for offender in offenders],
            schema=dg.TableSchema([dg.TableColumn(name) for name in offenders[0]]),
        )
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(row["asset_name"]),
        check_name=row["check_name"],
        passed=row["is_passed"],
        severity=dg.AssetCheckSeverity.ERROR
        if row["severity"] == "error" and not row["is_waived"]
        else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
        blocking=row["is_blocking"],
        partition=row["usage_date"].isoformat(),
    )


def _cell(value: Any) -> str | int | bool | None:
    """A cell that Dagster's table takes; a fraction stays text, so that no figure is shown as a float."""
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
