"""Final day review: a closed day compared with what is known now, and a version beside it if they differ (D21).

The day is worked out aside, as its closing would be now, and compared leg by leg with its latest frozen version. The
closed figures are never touched. A new version waits, like a closing's, for the build that publishes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import duckdb

from cpm_assets.installation import Installation
from cpm_assets.resources.closing_facts import closing_facts
from cpm_assets.resources.day_comparison import compared, difference_of, legs_files
from cpm_assets.resources.frozen_versions import ORDER, FrozenVersion, read_version, write_version
from cpm_assets.resources.recomputation import recomputed_day
from cpm_assets.resources.reference_rows import touched_between
from cpm_assets.resources.review_log import BLOCKED, RESTATED, UNCHANGED, DayReview
from cpm_assets.resources.run_inputs import PlannedDay, RunPlan, known_deliveries

Say = Callable[[str], object]
NOT_FROZEN = "it was closed by a version of the program that froze nothing; run `make rebuild` once"


def review_final_days(installation: Installation, plan: RunPlan, say: Say) -> RunPlan:
    """Review the plan's days that are to be reviewed; the plan with what its build has to publish of it.

    Only while holding the writer's lock, so that a version's number is given once.
    """
    reviews, restated = [], []
    for day in plan.days:
        if day.plan.is_reviewed:
            review, version = _review(installation, plan, day, say)
            say(f"{review.usage_date}: {review.outcome}{f': {review.reason}' if review.reason else ''}")
            reviews.append(review)
            if version:
                restated += [*restated_versions(installation, review.usage_date), version]
    return replace(plan, reviews=tuple(reviews), restated=tuple(restated))


def restated_versions(installation: Installation, day: date) -> list[FrozenVersion]:
    """The versions of a UTC day beside the closed one, oldest first."""
    frozen = installation.warehouse.frozen
    return [read_version(path) for path in frozen.of_day(day) if path != frozen.directory(day)]


def _review(
    installation: Installation, plan: RunPlan, planned: PlannedDay, say: Say
) -> tuple[DayReview, FrozenVersion | None]:
    day, known_at, frozen = planned.plan.usage_date, planned.known_at_utc, installation.warehouse.frozen
    sweep = installation.lake.day_selection(day, known_at).sweep
    if sweep is None:
        raise RuntimeError(f"{day} is final, but the lake holds no whole reading of it")
    review = DayReview(day, planned.run_id, known_at, sweep.started_at, UNCHANGED, version=1, reason=None)
    if not frozen.directory(day).exists():
        return replace(review, outcome=BLOCKED, reason=f"not restated: {NOT_FROZEN}"), None
    latest = read_version(frozen.of_day(day)[-1])
    review = replace(review, version=latest.version)
    if known_at < latest.inputs_known_at_utc:
        since = f"{latest.inputs_known_at_utc:%Y-%m-%d %H:%M} UTC"
        reason = f"not restated: the clock stands before {since}, as of which version {latest.version} was worked out"
        return replace(review, outcome=BLOCKED, reason=reason), None
    known_then = {file["sha256"] for file in latest.manifest["deliveries"]}
    deliveries = known_deliveries(installation, known_at)
    touched = touched_between([file for file in deliveries if file.delivery.sha256 in known_then], deliveries)
    readings = [legs_files(installation, day, at) for at in (latest.inputs_known_at_utc, known_at)]
    say(f"{day} is final; what is known now is compared with its version {latest.version}")
    with (
        recomputed_day(installation, day, known_at, plan.tolerated, say, is_finalizing=True) as now_file,
        compared(latest, now_file, touched, *readings) as connection,
    ):
        (rejection,) = connection.execute(
            "select max(reason) from now.day_status where usage_date = $day and status = 'rejected'", {"day": day}
        ).fetchone() or (None,)
        if rejection is not None:
            return replace(review, outcome=BLOCKED, reason=f"not restated: {rejection}"), None
        reason = _difference(connection)
        if reason is None:
            return review, None
        made = _write_version(installation, connection, plan, planned, latest, reason)
    made_known = {"version": made.version, "reason": made.reason, "manifest_sha256": made.manifest_sha256}
    return replace(review, outcome=RESTATED, **made_known), made


def _difference(connection: duckdb.DuckDBPyConnection) -> str | None:
    """What differs, in one line for `day_versions` and the alert: legs by change and cause, worth by currency."""
    legs = connection.execute(
        "select count(*), change, cause from changed_legs group by all order by change, cause"
    ).fetchall()
    return difference_of(connection, [f"{count} {change} ({cause})" for count, change, cause in legs])


def _write_version(
    installation: Installation,
    connection: duckdb.DuckDBPyConnection,
    plan: RunPlan,
    planned: PlannedDay,
    latest: FrozenVersion,
    reason: str,
) -> FrozenVersion:
    """The next version, where versions wait: the day's tables as worked out aside, and what differs."""
    day, number = latest.usage_date, latest.version + 1
    of_day = f"usage_date = date '{day}'"
    tables = {name: connection.sql(f"select * from now.main.{name} where {of_day}") for name in ORDER}  # noqa: S608
    for name, source, order in (
        ("changes", "changed_legs", "leg_id"),
        ("restatements", "changed_cells", "carrier_name, destination_region, currency"),
    ):
        columns = f"date '{day}' as usage_date, {number} as version, *"
        tables[name] = connection.table(source).project(columns).order(order)
    facts = closing_facts(
        installation,
        day,
        planned.run_id,
        planned.built_at_utc,
        planned.known_at_utc,
        plan.tolerated,
        known_deliveries(installation, planned.known_at_utc),
        version_number=number,
        reason=reason,
    )
    names = ("check_name", "is_blocking", "is_passed", "failing_rows")
    checks = connection.sql(f"select {', '.join(names)} from now.main.check_results where {of_day} order by check_name")  # noqa: S608
    stated = {
        **facts,
        "checks": [dict(zip(names, row, strict=True)) for row in checks.fetchall()],
        "follows_manifest_sha256": latest.manifest_sha256,
    }
    return write_version(installation.warehouse.frozen.staging_directory(day, number), tables, stated)
