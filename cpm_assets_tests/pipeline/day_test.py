"""A day that is built again: rejected, mended, unanswered, emptied, closed (D13, D21, D23). And a what-if over it."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import dagster as dg
import pytest

from cpm_assets.commands import what_if
from cpm_assets.domain.what_if import Scenario
from cpm_assets.resources.what_if_answers import answers
from cpm_assets_tests.pipeline.conftest import BAD_RECORDS, EMPTIED, ONE_BY_ONE, UNKNOWN_CARRIER, HardDays
from cpm_assets_tests.pipeline.published_tables import NAMES_THE_PUBLISHING, differences, records, rows, tables

FIGURES = ("cpm_fact", "cpm_daily", "cpm_hourly", "cpm_by_prefix", "costed_legs")
COST_OF_A_USUAL_DAY = "select sum(total_cost), sum(billed_seconds), count(*) from cpm_fact where usage_date = $day"


def test_a_good_day_goes_through_and_is_said_to(hard_days: HardDays) -> None:
    """`make day` in a script must be able to go on from its exit status alone."""
    step = hard_days.steps["emptied"]
    assert step.status == 0
    assert f"{EMPTIED}: done" in step.messages


def test_the_day_mends_itself_with_the_next_sweep(hard_days: HardDays) -> None:
    """A day that stays rejected after its cause is gone needs a person each time (D13)."""
    step = hard_days.steps["mended"]
    assert step.status == 0
    (status,) = _status(hard_days, "mended", UNKNOWN_CARRIER)
    assert (status["status"], status["reason"], status["unknown_carrier_legs"]) == ("provisional", None, 0)
    ((cost, seconds, legs),) = rows(step.published, COST_OF_A_USUAL_DAY, day=UNKNOWN_CARRIER)
    assert (str(cost), seconds, legs) == ("0.062500", 225, 3)
    assert not _rejected_attempt(hard_days, "mended", UNKNOWN_CARRIER), "the attempt is out of date"
    assert _rejected_attempt(hard_days, "backfill", UNKNOWN_CARRIER), "it was there to inspect"


def test_a_rejected_day_keeps_its_last_good_figures_and_says_so(hard_days: HardDays) -> None:
    """One leg of a carrier without a contract would put a wrong or an empty day in front of finance (D13)."""
    before, step = hard_days.steps["mended"].published, hard_days.steps["rejected"]
    assert step.status == 1
    assert "not everything went through; the last good figures stand" in step.messages
    changed = differences(before, step.published, NAMES_THE_PUBLISHING)
    assert not set(changed) & {*FIGURES, "cpm_trailing_7d", "reconciliation_flags", "dim_carrier"}
    (status,) = _status(hard_days, "rejected", ONE_BY_ONE)
    assert status["status"] == "rejected"
    assert status["unknown_carrier_legs"] == 1
    assert "Nobody's" in status["reason"]
    (before,) = _status(hard_days, "mended", ONE_BY_ONE)
    assert status["last_good_at_utc"] == before["last_good_at_utc"] is not None


def test_a_rejected_attempt_is_kept_for_inspection(hard_days: HardDays) -> None:
    """Without the attempt on-call knows that a leg is wrong and not which (D13)."""
    attempt = _rejected_attempt(hard_days, "rejected", ONE_BY_ONE)
    assert attempt[f"{ONE_BY_ONE}-unknown"] == "unknown_carrier"
    assert attempt[f"{ONE_BY_ONE}-a"] == "rated"
    assert len(attempt) == 7


def test_the_check_of_a_rejected_day_has_failed_on_that_day(
    hard_days: HardDays, hard_days_instance: dg.DagsterInstance
) -> None:
    """The published check and the one in Dagster must not tell two stories."""
    published = rows(
        hard_days.steps["rejected"].published,
        "select check_name, failing_rows from check_results where usage_date = $day and not is_passed order by 1",
        day=ONE_BY_ONE,
    )
    assert published == [("carrier_match", 1), ("every_billable_leg_rated", 1)]
    key = dg.AssetCheckKey(dg.AssetKey("costed_legs"), "carrier_match")
    history = hard_days_instance.event_log_storage.get_asset_check_execution_history(key, limit=1000)
    newest = next(record for record in history if record.partition == str(ONE_BY_ONE))
    assert newest.status.value == "FAILED"


def test_a_day_that_is_not_answered_is_failed_and_keeps_its_figures(hard_days: HardDays) -> None:
    """A source that is down would empty yesterday (D23)."""
    before, step = hard_days.steps["rejected"].published, hard_days.steps["failed"]
    assert step.status == 1
    assert "HTTP 503" in step.messages
    changed = differences(before, step.published, NAMES_THE_PUBLISHING)
    assert set(changed) <= {"day_status"}
    (status,) = _status(hard_days, "failed", BAD_RECORDS)
    (good,) = _status(hard_days, "rejected", BAD_RECORDS)
    assert (good["status"], status["status"]) == ("provisional", "failed")
    assert "HTTP 503" in status["reason"]
    assert status["last_good_at_utc"] == good["last_good_at_utc"] is not None
    ((cost, _, _),) = rows(step.published, COST_OF_A_USUAL_DAY, day=BAD_RECORDS)
    assert str(cost) == "0.062500"


def test_a_day_run_again_and_now_empty_ends_empty_everywhere(hard_days: HardDays) -> None:
    """Rows of legs that the source no longer has would be paid for ever (D23)."""
    step = hard_days.steps["emptied"]
    (status,) = _status(hard_days, "emptied", EMPTIED)
    assert (status["status"], status["legs_received"]) == ("empty", 0)
    with_a_day = {
        name
        for (name,) in rows(step.published, "select table_name from duckdb_columns() where column_name = 'usage_date'")
    }
    assert {*FIGURES, "reconciliation_flags", "rejected_legs"} <= with_a_day
    keeps_a_row = {
        "day_status", "check_results", "dim_date", "internal_handling_cost", "cpm_trailing_7d", "figure_changes"
    }  # fmt: skip
    for table in sorted(with_a_day - keeps_a_row):
        assert not rows(step.published, f"from {table} where usage_date = $day", day=EMPTIED), table


@pytest.mark.parametrize("step", ["closed", "closed again"])
def test_a_closed_day_is_final(hard_days: HardDays, step: str) -> None:
    """A closed day that is not marked is closed again, with other figures (D21)."""
    assert hard_days.steps[step].status == 0
    (status,) = _status(hard_days, step, UNKNOWN_CARRIER)
    assert (status["status"], status["legs_received"]) == ("final", 6)
    are_final = "select distinct is_final from cpm_fact where usage_date = $day"
    finals = rows(hard_days.steps[step].published, are_final, day=UNKNOWN_CARRIER)
    assert finals == [(True,)]


def test_nothing_recomputes_a_final_day(hard_days: HardDays) -> None:
    """A figure that was reported, billed and closed must be the same next year (D21)."""
    closed, again = hard_days.steps["closed"], hard_days.steps["closed again"]
    assert f"{UNKNOWN_CARRIER} is final since 2026-11-17 15:00 UTC; nothing recomputes it (D21)" in again.messages
    assert again.published == closed.published
    assert hard_days.stage.usage.asked[-1][0].date() == UNKNOWN_CARRIER, "asked for its closing, and not after it"
    assert len([1 for start, _ in hard_days.stage.usage.asked if start.date() == UNKNOWN_CARRIER]) == 3
    assert _digest(closed.published) == _digest(again.published)


def test_every_published_version_has_the_same_tables(hard_days: HardDays) -> None:
    """A dashboard must not break on the day after a bad one."""
    assert len({tuple(tables(step.published)) for step in hard_days.steps.values()}) == 1


def test_a_what_if_is_answered_by_the_asset_and_no_figure_moves(
    hard_days: HardDays, capsys: pytest.CaptureFixture[str]
) -> None:
    """A question about another carrier must not touch what is published, nor cost a person more than its two names."""
    scenario = Scenario("Acme", "Zenith", ONE_BY_ONE, EMPTIED)
    with hard_days.stage.opened(datetime(2026, 11, 18, tzinfo=UTC)) as opened:
        installation = opened.installation
        before = installation.warehouse.snapshots.current()
        assert what_if.answer(opened, scenario) == 0
        assert what_if.answer(opened, replace(scenario, candidate_carrier_name="Nobody")) == 1
        assert installation.warehouse.snapshots.current() == before
    (found,) = answers(installation.directory.what_if)
    assert found.published_version == before.name
    assert found.legs == sum(row[3] for row in found.by_region()[1]) > 0
    assert "as Zenith would charge it" in capsys.readouterr().out


def _status(hard_days: HardDays, step: str, day: object) -> list[dict[str, object]]:
    return records(hard_days.steps[step].published, "from day_status where usage_date = $day", day=day)


def _rejected_attempt(hard_days: HardDays, step: str, day: object) -> dict[str, str]:
    published = hard_days.steps[step].published
    return dict(
        rows(published, "select leg_id, rating_status from costed_legs_rejected where usage_date = $day", day=day)
    )


def _digest(path: object) -> str:
    return sha256(path.read_bytes()).hexdigest()
