"""Claims about `cpm_assets.alerts`: what is wrong now, from the published checks and Dagster's runs."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from cpm_assets.alerts import current_problems, failed_checks, restated_days
from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import DayBuild
from cpm_assets.runs import range_tags
from cpm_assets.settings import settings_from_environment
from cpm_assets_tests.unit.runs_of_days import FAILURE, SUCCESS, run_of

D1, D2, D3 = (date(2026, 11, day) for day in (1, 2, 3))


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path)}))


def publish_checks(installation: Installation, *rows: tuple[str, date, bool, bool, int, str]) -> None:
    """`check_results` as it is published: name, day, blocking, passed, failing rows, run."""
    marts = installation.directory.root / "marts.duckdb"
    marts.unlink(missing_ok=True)
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "create table check_results (check_name varchar, usage_date date, is_blocking boolean, is_passed boolean, "
            "is_waived boolean, failing_rows bigint, run_id varchar)"
        )
        for row in rows:
            connection.execute("insert into check_results values (?, ?, ?, ?, false, ?, ?)", row)
    snapshots = installation.warehouse.snapshots
    snapshots.publish(marts, snapshots.name(datetime.now(UTC), "run"))


def record(installation: Installation, run: dg.DagsterRun, outcomes: dict[date, str]) -> None:
    """The build log of a run."""
    now = datetime.now(UTC)
    builds = [DayBuild(day, run.run_id, now, now, outcome, False, False, None) for day, outcome in outcomes.items()]
    installation.warehouse.builds.prepare(builds, "snapshot")
    installation.warehouse.builds.settle("snapshot")


def problems(instance: dg.DagsterInstance, installation: Installation) -> list[tuple[str, str, str]]:
    found = current_problems(instance, installation, datetime.now(UTC))
    return [(problem.kind, problem.subject, problem.usage_date) for problem in found]


def test_nothing_is_wrong_before_anything_was_published(
    instance: dg.DagsterInstance, installation: Installation
) -> None:
    """The sensor runs from the first minute of an installation."""
    assert problems(instance, installation) == []


def test_failed_blocking_checks_are_problems_with_count_run_and_runbook(installation: Installation) -> None:
    """A warning is not worth waking anybody; a passed check even less."""
    publish_checks(
        installation,
        ("carrier_match", D1, True, False, 3, "run-1"),
        ("non_zero_billing", D1, True, True, 0, "run-1"),
        ("rate_card_gap", D1, False, False, 7, "run-1"),
    )
    (problem,) = failed_checks(installation.directory)
    assert (problem.subject, problem.usage_date, problem.failing_rows) == ("carrier_match", "2026-11-01", 3)
    assert (problem.runbook, problem.run_id) == ("docs/runbooks/carrier_match.md", "run-1")
    assert "3 leg(s)" in problem.text


def test_a_day_whose_newest_run_failed_is_a_problem_until_one_succeeds(
    instance: dg.DagsterInstance, installation: Installation
) -> None:
    """A failed retry behind an old success is not seen; an old failure behind a success is told for ever."""
    run_of(instance, SUCCESS, D1)
    run_of(instance, FAILURE, D1)
    run_of(instance, FAILURE, D2)
    run_of(instance, SUCCESS, D2)
    assert problems(instance, installation) == [("run", "newest_run", "2026-11-01")]
    run_of(instance, SUCCESS, D1, job_name="day_job", purpose="day")
    assert problems(instance, installation) == []


def test_a_reconciliation_does_not_mend_a_failed_closing_nor_the_other_way_round(
    instance: dg.DagsterInstance, installation: Installation
) -> None:
    """At six each morning every failed day of the month would be called resolved."""
    run_of(instance, FAILURE, D1)
    run_of(instance, SUCCESS, job_name="reconciliation_job", purpose="reconcile", tags=range_tags(D1, D2))
    assert problems(instance, installation) == [("run", "newest_run", "2026-11-01")]
    run_of(instance, FAILURE, D2, job_name="reconciliation_job", purpose="reconcile")
    run_of(instance, SUCCESS, D2)
    assert problems(instance, installation)[1:] == [("run", "newest_reconciliation", "2026-11-02")]


def test_publishing_a_status_mends_nothing(instance: dg.DagsterInstance, installation: Installation) -> None:
    """`make day` publishes the status after a failure: that run's success is not the day's."""
    run_of(instance, FAILURE, D1)
    run_of(instance, SUCCESS, D1, job_name="status_job", purpose="status")
    assert problems(instance, installation) == [("run", "newest_run", "2026-11-01")]


def test_a_rejected_day_is_told_once_by_its_check(instance: dg.DagsterInstance, installation: Installation) -> None:
    """Two alerts for one leg; and for a backfill one for each of its good days."""
    run = run_of(instance, FAILURE, tags=range_tags(D1, D3))
    record(installation, run, {D1: "accepted", D2: "rejected"})  # D3 was final and is not built
    publish_checks(installation, ("carrier_match", D2, True, False, 1, run.run_id))
    assert problems(instance, installation) == [("check", "carrier_match", "2026-11-02")]


def test_the_good_days_of_a_backfill_stay_quiet_when_the_rejected_one_is_mended(
    instance: dg.DagsterInstance, installation: Installation
) -> None:
    """Mending one day would page for the nine others."""
    run = run_of(instance, FAILURE, tags=range_tags(D1, D3))
    record(installation, run, dict.fromkeys((D1, D2, D3), "accepted") | {D2: "rejected"})
    run_of(instance, SUCCESS, D2)
    publish_checks(installation, ("carrier_match", D2, True, True, 0, "run-2"))
    assert problems(instance, installation) == []


def test_a_day_not_read_in_a_run_that_rejected_another_is_told(
    instance: dg.DagsterInstance, installation: Installation
) -> None:
    """Hidden behind the rejected day, the unread one would go stale in silence (D23)."""
    run = run_of(instance, FAILURE, tags=range_tags(D1, D2))
    record(installation, run, {D1: "rejected", D2: "failed"})
    assert problems(instance, installation) == [("run", "newest_run", "2026-11-02")]


def test_failures_of_long_ago_are_history(instance: dg.DagsterInstance, installation: Installation) -> None:
    """A retired job's last failure would be open for ever."""
    run_of(instance, FAILURE, D1)
    assert current_problems(instance, installation, datetime.now(UTC) + timedelta(days=15)) == []


def test_of_a_day_that_should_be_closed_the_problem_is_told_again_each_day(
    instance: dg.DagsterInstance, installation: Installation
) -> None:
    """A day that does not close would be forgotten after its first message; one that is not due needs no reminder."""
    publish_checks(installation, ("carrier_match", D1, True, False, 3, "run-1"))
    due = datetime(2026, 11, 4, tzinfo=UTC)
    reminders = {}
    for hours in (-1, 0, 23, 24, 50):
        (problem,) = current_problems(instance, installation, due + timedelta(hours=hours))
        reminders[hours] = problem.reminder
        assert ("which is due since 2026-11-04 00:00 UTC" in problem.text) is (hours >= 0)
    assert reminders == {-1: 0, 0: 1, 23: 1, 24: 2, 50: 3}


def test_of_the_verifications_only_the_newest_counts(instance: dg.DagsterInstance, installation: Installation) -> None:
    """Each runs on its own day: the one before the repair would be told for ever."""
    run_of(instance, FAILURE, D1, job_name="verify_job", purpose="verify")
    assert problems(instance, installation) == [("run", "frozen_days_intact", "2026-11-01")]
    run_of(instance, SUCCESS, D2, job_name="verify_job", purpose="verify")
    assert problems(instance, installation) == []


def publish_versions(installation: Installation, known_from: datetime, reason_of_day: str | None) -> None:
    """A restated day as it is published: two versions, and what `day_status` says."""
    marts = installation.directory.root / "marts.duckdb"
    marts.unlink(missing_ok=True)
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "create table day_versions (usage_date date, version int, reason varchar, known_from_utc timestamp)"
        )
        connection.execute(
            "create table day_status (usage_date date, status varchar, reason varchar, last_good_at_utc timestamp)"
        )
        at = known_from.replace(tzinfo=None)
        connection.execute("insert into day_versions values (?, 1, 'closed', ?)", [D1, at])
        connection.execute("insert into day_versions values (?, 2, 'legs: 1 new; worth +0.02 USD', ?)", [D1, at])
        connection.execute("insert into day_status values (?, 'restated', ?, ?)", [D1, reason_of_day, at])
    snapshots = installation.warehouse.snapshots
    snapshots.publish(marts, snapshots.name(datetime.now(UTC), "run"))


def test_a_restatement_is_told_with_its_worth_for_two_weeks(installation: Installation) -> None:
    """D21: finance quotes the closed figure until somebody says what came after."""
    made = datetime(2026, 11, 5, tzinfo=UTC)
    publish_versions(installation, made, "legs: 1 new; worth +0.02 USD")
    (told,) = restated_days(installation.directory, made + timedelta(days=14))
    assert (told.kind, told.usage_date) == ("restatement", "2026-11-01")
    assert told.text == "version 2 of 2026-11-01: legs: 1 new; worth +0.02 USD; what was closed stands"
    assert "late_usage_after_final" in told.runbook
    assert restated_days(installation.directory, made + timedelta(days=14, seconds=1)) == []


def test_a_closed_day_that_cannot_be_restated_is_told_until_it_can(installation: Installation) -> None:
    """Late legs of an unknown carrier make no version, and no check of the day fails."""
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    publish_versions(installation, long_ago, "not restated: 1 billable leg with an unknown carrier: 'X'")
    (told,) = restated_days(installation.directory, datetime(2026, 11, 5, tzinfo=UTC))
    assert told.text.startswith("late usage of 2026-11-01: not restated: 1 billable leg")
