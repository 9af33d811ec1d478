"""Alerts: what is wrong now, gathered from the published checks and from Dagster's runs.

Belongs here: the gathering. Which of it is to be told is `domain/alerting.py`; sending is `resources/alert_outbox.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import duckdb

from cpm_assets.domain.alerting import Problem
from cpm_assets.domain.build_plan import PURPOSE_TAG, RECOMPUTE, RECONCILE, STATUS, VERIFY
from cpm_assets.domain.finality import closes_at
from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import BuildLog
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.runbooks import runbook_link
from cpm_assets.runs import days_of_run
from cpm_assets.settings import RUNBOOKS_URL

SUBJECTS = {RECONCILE: "newest_reconciliation", VERIFY: "frozen_days_intact", RECOMPUTE: "closed_day_recomputed"}
"""What an alert of a failed run is about, by the run's purpose; else the day's newest run."""

CHECKS_OF_CLOSED_DAYS = {SUBJECTS[VERIFY], SUBJECTS[RECOMPUTE]}
"""Subjects with a runbook of their own."""

LOOK_BACK_DAYS = 14
"""Failed runs older than this are history: their day's checks and `day_status` still tell of them."""


def current_problems(instance: dg.DagsterInstance, installation: Installation, now: datetime) -> list[Problem]:
    """Failed blocking checks and restatements as published, and days whose newest run failed for another reason."""
    runbooks_url, builds = installation.settings.runbooks_url, installation.warehouse.builds
    problems = [
        *failed_checks(installation.directory, runbooks_url),
        *failed_runs(instance, builds, now, runbooks_url),
    ]
    final_days = builds.final_days({date.fromisoformat(problem.usage_date) for problem in problems})
    reminded = [
        problem
        if date.fromisoformat(problem.usage_date) in final_days
        else _of_unclosed_day(problem, now, installation.settings.finalization_hours)
        for problem in problems
    ]
    return [*reminded, *restated_days(installation.directory, now, runbooks_url)]


def _of_unclosed_day(problem: Problem, now: datetime, finalization_hours: int) -> Problem:
    """The problem with what it holds up: a day that should be closed by now is told of again each day."""
    due_at = closes_at(date.fromisoformat(problem.usage_date), finalization_hours)
    if now < due_at:
        return problem
    text = f"{problem.text}; the day cannot be closed, which is due since {due_at:%Y-%m-%d %H:%M} UTC"
    return replace(problem, text=text, reminder=1 + (now - due_at).days)


def failed_checks(directory: DataDirectory, runbooks_url: str = RUNBOOKS_URL) -> list[Problem]:
    """One problem per UTC day and blocking check that fails in the published snapshot; none before the first one."""
    if not directory.published_file.exists():
        return []
    with duckdb.connect(str(directory.published_file.resolve()), read_only=True) as connection:
        rows = connection.execute(
            "select check_name, usage_date, failing_rows, run_id from check_results "
            "where is_blocking and not is_passed and not is_waived order by usage_date, check_name"
        ).fetchall()
    return [
        Problem(
            kind="check",
            subject=name,
            usage_date=day.isoformat(),
            text=f"{name} failed for {day}: {failing_rows} leg(s); the day's last good figures stand",
            failing_rows=failing_rows,
            runbook=runbook_link(runbooks_url, name),
            run_id=run_id,
        )
        for name, day, failing_rows, run_id in rows
    ]


def restated_days(directory: DataDirectory, now: datetime, runbooks_url: str = RUNBOOKS_URL) -> list[Problem]:
    """One problem per version of a closed UTC day that was made lately, with its worth; and per day that got none.

    A version is told for LOOK_BACK_DAYS. A day whose comparison is blocked is told until it no longer is.
    """
    if not directory.published_file.exists():
        return []
    with duckdb.connect(str(directory.published_file.resolve()), read_only=True) as connection:
        if ("day_versions",) not in connection.execute("select table_name from duckdb_tables()").fetchall():
            return []  # published before there were versions
        rows = connection.execute(
            "select usage_date, 'version ' || version, reason, known_from_utc from day_versions "
            "where version > 1 and known_from_utc >= $since "
            "union all select usage_date, 'late usage', reason, last_good_at_utc from day_status "
            "where status in ('final', 'restated') and reason like 'not restated: %' order by 1, 2",
            {"since": now.astimezone(UTC).replace(tzinfo=None) - timedelta(days=LOOK_BACK_DAYS)},
        ).fetchall()
    return [
        Problem(
            kind="restatement",
            subject=subject,
            usage_date=day.isoformat(),
            text=f"{subject} of {day}: {reason}; what was closed stands",
            failing_rows=0,
            runbook=runbook_link(runbooks_url, "late_usage_after_final"),
            run_id="",
        )
        for day, subject, reason, _ in rows
    ]


def failed_runs(
    instance: dg.DagsterInstance, builds: BuildLog, now: datetime, runbooks_url: str = RUNBOOKS_URL
) -> list[Problem]:
    """One problem per UTC day whose newest finished run failed, whichever job it was of.

    Reconciliations are counted apart: the one at six in the morning does not mend the closing that failed at five. Of
    the verifications of all frozen days only the newest counts, whatever its day.
    """
    finished = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
    newest_first = instance.get_runs(
        dg.RunsFilter(statuses=finished, created_after=now - timedelta(days=LOOK_BACK_DAYS))
    )
    newest: dict[tuple[date, str], dg.DagsterRun] = {}
    is_verified = False
    for run in newest_first:
        purpose = run.tags.get(PURPOSE_TAG)
        if purpose == STATUS or (purpose == VERIFY and is_verified):
            continue
        is_verified = is_verified or purpose == VERIFY
        for day in days_of_run(run):
            newest.setdefault((day, SUBJECTS.get(purpose or "", "newest_run")), run)
    return [
        Problem(
            kind="run",
            subject=subject,
            usage_date=day.isoformat(),
            text=f"{run.job_name} failed for {day}: open run {run.run_id} in Dagster",
            failing_rows=0,
            runbook=runbook_link(runbooks_url, subject if subject in CHECKS_OF_CLOSED_DAYS else "failed_run"),
            run_id=run.run_id,
        )
        for (day, subject), run in sorted(newest.items(), key=lambda item: item[0])
        if run.status == dg.DagsterRunStatus.FAILURE and not _is_told_by_a_check(builds, day, run)
    ]


def _is_told_by_a_check(builds: BuildLog, day: date, run: dg.DagsterRun) -> bool:
    """Whether the run failed only because it rejected one of its days: that day's check tells of it.

    By the build log, not by the check: the run's other days must not raise an alert once the bad day is mended.
    """
    own = builds.of_run(day, run.run_id)
    if own is not None and own.outcome == "failed":
        return False
    made = (builds.of_run(each, run.run_id) for each in days_of_run(run))
    return any(build is not None and build.outcome == "rejected" for build in made)
