"""Claims about one run over many days, of which one is rejected and one is not answered (D13, D23)."""

import dagster as dg
import pytest

from cpm_assets.checks import listed_checks
from cpm_assets_tests.pipeline.conftest import BAD_RECORDS, EMPTIED, ONE_BY_ONE, UNKNOWN_CARRIER, UNREACHABLE, HardDays
from cpm_assets_tests.pipeline.published_tables import rows

STAGES = ("raw_legs", "normalized_usage", "costed_legs", "cpm_fact", "reconciliation_flags", "rate_card_dimension")
DAYS = (ONE_BY_ONE, UNKNOWN_CARRIER, UNREACHABLE, BAD_RECORDS, EMPTIED)
GOOD_DAYS = {ONE_BY_ONE, BAD_RECORDS, EMPTIED}


@pytest.fixture(scope="module")
def run_id(hard_days_instance: dg.DagsterInstance) -> str:
    """The run over all five days, the oldest."""
    return hard_days_instance.get_runs()[-1].run_id


def test_a_rejected_and_an_unanswered_day_hold_back_no_other(hard_days: HardDays) -> None:
    """One unknown carrier in a backfill of a month would keep a month of figures from everybody."""
    published = hard_days.steps["backfill"].published
    figures = rows(published, "select usage_date, sum(total_cost), sum(billed_seconds) from cpm_daily group by 1")
    assert {day: (str(cost), seconds) for day, cost, seconds in figures} == dict.fromkeys(
        GOOD_DAYS, ("0.062500", 120 + 60 + 45)
    )
    statuses = dict(rows(published, "select usage_date, status from day_status where usage_date <= '2026-11-14'"))
    assert statuses == dict.fromkeys(GOOD_DAYS, "provisional") | {UNKNOWN_CARRIER: "rejected", UNREACHABLE: "failed"}


def test_the_run_fails_and_names_both_days(hard_days: HardDays) -> None:
    """A backfill that ends green with a day missing is never looked at again."""
    step = hard_days.steps["backfill"]
    assert step.status == 1
    last_words = step.messages[step.messages.rindex("Failure: ") :]
    assert f"{UNKNOWN_CARRIER} (carrier_match: 1 leg(s))" in last_words
    assert str(UNREACHABLE) in last_words
    assert not any(str(day) in last_words for day in GOOD_DAYS)


def test_each_day_has_its_own_result_of_every_check(hard_days_instance: dg.DagsterInstance, run_id: str) -> None:
    """On-call opens a day and sees another day's result, or none at all: `carrier_match` is red on the wrong day."""
    results = {}
    for check in [*listed_checks(), {"name": "extraction_complete", "asset": "raw_legs"}]:
        key = dg.AssetCheckKey(dg.AssetKey(check["asset"]), check["name"])
        records = hard_days_instance.event_log_storage.get_asset_check_execution_history(key, limit=1000)
        for record in records:
            if record.run_id == run_id:
                results.setdefault(check["name"], {})[record.partition] = record.status.value
    passed = {str(day): "SUCCEEDED" for day in DAYS}
    assert results.pop("extraction_complete") == passed | {str(UNREACHABLE): "FAILED"}
    # There is nothing to check of a day that was not read: Dagster shows its checks as not evaluated.
    passed[str(UNREACHABLE)] = "PLANNED"
    for name in ("carrier_match", "every_billable_leg_rated"):
        assert results.pop(name) == passed | {str(UNKNOWN_CARRIER): "FAILED"}
    assert len(results) == len(listed_checks()) - 2
    for name, result in results.items():
        assert result == passed, name


def test_a_failed_check_shows_how_many_the_offenders_and_what_to_do(
    hard_days_instance: dg.DagsterInstance, run_id: str
) -> None:
    """On-call at night would have to write SQL to learn which leg it was, and guess what to do about it."""
    key = dg.AssetCheckKey(dg.AssetKey("costed_legs"), "carrier_match")
    history = hard_days_instance.event_log_storage.get_asset_check_execution_history(key, limit=1000)
    evaluation = next(
        record.event.dagster_event.asset_check_evaluation_data
        for record in history
        if record.run_id == run_id and record.partition == str(UNKNOWN_CARRIER)
    )
    assert not evaluation.passed
    assert evaluation.blocking
    assert evaluation.metadata["failing_rows"].value == 1
    (offender,) = evaluation.metadata["first_10"].records
    assert offender.data["leg_id"] == f"{UNKNOWN_CARRIER}-unknown"
    assert offender.data["carrier_name"] == "Nobody's"
    assert "4155550198" not in str(offender.data), "numbers are personal data (D28)"
    assert evaluation.metadata["runbook"].path == "docs/runbooks/carrier_match.md"
    assert evaluation.metadata["what_to_do"].md_str != "no runbook page"


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_has_a_materialization_of_each_day(
    hard_days_instance: dg.DagsterInstance, run_id: str, name: str
) -> None:
    """A stage that seems never to have run for a day is run again by the next person who looks."""
    seen = hard_days_instance.fetch_materializations(dg.AssetKey(name), limit=1000).records
    partitions = {record.partition_key for record in seen if record.run_id == run_id}
    assert partitions >= {str(day) for day in DAYS}


def test_each_days_rows_are_its_own_and_the_rejected_day_says_that_it_kept_its_figures(
    hard_days_instance: dg.DagsterInstance, run_id: str
) -> None:
    """A rejected day that looks like any other in Dagster is taken for good (D13)."""
    seen = hard_days_instance.fetch_materializations(dg.AssetKey("cpm_fact"), limit=1000).records
    newest: dict[str, dg.AssetMaterialization] = {}
    for record in seen:  # newest first
        if record.run_id == run_id:
            newest.setdefault(record.partition_key, record.asset_materialization)
    counts = {day: made.metadata["dagster/partition_row_count"].value for day, made in newest.items()}
    assert counts == {str(day): 3 if day in GOOD_DAYS else 0 for day in DAYS}
    kept = {day for day, made in newest.items() if "kept_last_good" in made.metadata}
    assert kept == {str(UNKNOWN_CARRIER), str(UNREACHABLE)}
    assert "Nobody's" in newest[str(UNKNOWN_CARRIER)].metadata["kept_last_good"].value[str(UNKNOWN_CARRIER)]


@pytest.mark.parametrize("name", ["costed_legs", "cpm_fact", "cpm_daily", "reconciliation_flags"])
def test_a_table_shows_its_columns_and_where_each_comes_from(hard_days_instance: dg.DagsterInstance, name: str) -> None:
    """An analyst asks what is behind `total_cost`; the answer must not be in somebody's head."""
    newest = hard_days_instance.fetch_materializations(dg.AssetKey(name), limit=1).records[0].asset_materialization
    columns = {column.name: column.description for column in newest.metadata["dagster/column_schema"].schema.columns}
    assert "usage_date" in columns
    assert [column for column, description in columns.items() if not description] == []
    lineage = newest.metadata["dagster/column_lineage"].lineage.deps_by_column
    assert lineage["carrier_name"]
    assert newest.metadata["dagster/row_count"].value >= 0
