"""What becomes of days over several dbt runs: D16, D21's freeze, D23, and a build that was killed.

Scenarios live on days far apart, so that one build carries many of them. The warehouse is copied after each build, and
the tests look at the copies. A leg's cost is one cent unless said otherwise.
"""

import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cpm_assets_tests.run_rows import Day, Delivery, Extraction, Row, RunInputs, card, leg
from cpm_assets_tests.warehouse_harness import TestWarehouse

CENT = Decimal("0.01")
GOOD, EMPTIED, LOSER, GAINER, FROZEN, SPOILT, SWEPT, FAILED, AWAITED = (date(2026, 10, day) for day in range(2, 20, 2))
BUILT = [datetime(2026, 11, 5, hour, tzinfo=UTC) for hour in range(6)]
FIRST_BUILT = BUILT[1].replace(tzinfo=None)
MARTS = (
    *("costed_legs", "costed_legs_rejected", "cpm_fact", "cpm_hourly", "cpm_daily", "cpm_by_prefix", "cpm_trailing_7d"),
    *("day_status", "check_results", "rejected_legs", "internal_handling_cost"),
)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def sweep(day: date, *legs: Row, number: int = 1, kind: str = "sweep") -> Extraction:
    """The extraction of a day by the build of that number."""
    return Extraction(day, legs=legs, kind=kind, started_at=at(date(2026, 11, 1), number))


def run(number: int, extractions: Sequence[Extraction], *days: Day, superseded: Sequence[Extraction] = ()) -> RunInputs:
    """One build. Days not given are the extractions' own."""
    own = [
        Day(day) for day in sorted({extraction.asked_day for extraction in extractions} - {d.usage_date for d in days})
    ]
    return RunInputs(
        days=[Day(**vars(day) | {"run_id": f"run-{number}", "built_at_utc": BUILT[number]}) for day in [*own, *days]],
        extractions=extractions,
        deliveries=[Delivery("rate_cards", [card("1", CENT)])],
        settings={"first_day": date(2026, 10, 1), "open_day": date(2026, 10, 20)},
        superseded=superseded,
    )


FIRST = run(
    1,
    [
        sweep(GOOD, leg("good", at(GOOD))),
        sweep(EMPTIED, leg("gone", at(EMPTIED))),
        sweep(LOSER, leg("stays", at(LOSER, 23), call_id="c"), leg("moves", at(LOSER, 22), call_id="c")),
        sweep(GAINER, leg("gains", at(GAINER))),
        sweep(FROZEN, leg("frozen", at(FROZEN))),
        sweep(SPOILT, leg("spoilt", at(SPOILT))),
        sweep(
            SWEPT,
            leg("corrected", at(SWEPT), billing_seconds=60),
            leg("corrected", at(SWEPT), billing_seconds=120),
            leg("vanishes", at(SWEPT)),
            leg("outside", at(SWEPT + timedelta(days=1))),
        ),
        sweep(SWEPT, leg("corrected", at(SWEPT), billing_seconds=180), kind="tick", number=2),
    ],
    Day(FROZEN, is_finalizing=True),
    Day(FAILED, extraction_state="failed", extraction_reason="page 3 was refused"),
    Day(AWAITED, extraction_state="awaited", extraction_reason="not there yet"),
)
SECOND = run(
    2,
    [
        sweep(EMPTIED, number=3),
        sweep(GAINER, leg("gains", at(GAINER)), leg("moves", at(GAINER)), leg("frozen", at(GAINER)), number=3),
        sweep(SPOILT, leg("spoilt", at(SPOILT), billing_seconds=120), leg("foo", at(SPOILT), carrier_name="Foo")),
        sweep(SWEPT, leg("corrected", at(SWEPT), billing_seconds=240), number=3),
    ],
    Day(GOOD, extraction_state="failed", extraction_reason="timed out"),
    Day(FROZEN, is_costed=False, purpose="reconcile"),
    superseded=[each for each in FIRST.extractions if each.kind == "sweep" and each.asked_day in (EMPTIED, SWEPT)],
)
THIRD = run(
    3,
    [sweep(LOSER, leg("stays", at(LOSER, 23), call_id="c"), leg("moves", at(LOSER, 22), call_id="c"))],
    Day(SWEPT, extraction_state="awaited", extraction_reason="not there yet", is_finalizing=True, is_costed=False),
)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> list[TestWarehouse]:
    """The warehouse after builds 0 (nothing at all), 1, 2, 3 and 4 (no days), and 5: build 2 after being killed."""
    live = TestWarehouse(tmp_path_factory.mktemp("live"))
    copies = [_built(live, inputs) for inputs in (run(0, []), FIRST, SECOND, THIRD, run(4, []))]
    # A killed build: the marts are put back to what was published, the working models are ahead of them.
    shutil.copy(copies[2].directory / "warehouse" / "warehouse.duckdb", live.directory / "warehouse")
    shutil.copy(copies[1].directory / "warehouse" / "cpm.duckdb", live.directory / "warehouse")
    return [*copies, _built(live, SECOND)]


def _built(live: TestWarehouse, inputs: RunInputs) -> TestWarehouse:
    live.build(inputs)
    copy = TestWarehouse(live.directory.with_name(f"copy-{len(list(live.directory.parent.glob('copy-*')))}"))
    shutil.copytree(live.directory / "warehouse", copy.directory / "warehouse")
    return copy


def legs_of(warehouse: TestWarehouse, day: date, table: str = "costed_legs") -> list[tuple[str, str, Decimal]]:
    return warehouse.rows(f"select leg_id, leg_type, total_cost from {table} where usage_date = '{day}' order by 1")  # noqa: S608


def status_of(warehouse: TestWarehouse, day: date, columns: str = "status") -> tuple[object, ...]:
    return warehouse.rows(f"select {columns} from day_status where usage_date = '{day}'")[0]  # noqa: S608


def test_a_new_warehouse_without_days_has_every_table(history: list[TestWarehouse]) -> None:
    """A first installation publishes before it has a day."""
    assert [history[0].rows(f"select count(*) from {table}")[0][0] for table in ("cpm_fact", "cpm_daily")] == [0, 0]  # noqa: S608
    assert status_of(history[0], GOOD, "status, reason") == ("missing", "never extracted")


def test_a_run_without_days_changes_nothing(history: list[TestWarehouse]) -> None:
    """Publishing on a quiet day must not touch a figure."""
    for table in MARTS:
        assert history[4].rows(f"from {table} order by all") == history[3].rows(f"from {table} order by all")


def test_a_day_run_again_and_now_empty_ends_empty_everywhere(history: list[TestWarehouse]) -> None:
    """D23: rows of a leg that is no more are money that was never spent."""
    assert legs_of(history[1], EMPTIED) == [("gone", "primary", CENT)]
    for table in (
        "costed_legs",
        "cpm_fact",
        "cpm_hourly",
        "cpm_daily",
        "cpm_by_prefix",
        "warehouse.main.normalized_usage",
    ):
        assert history[2].rows(f"from {table} where usage_date = '{EMPTIED}'") == []
    assert status_of(history[2], EMPTIED, "status, legs_received, legs_vanished") == ("empty", 0, 1)


def test_a_failed_extraction_leaves_what_was_there(history: list[TestWarehouse]) -> None:
    """D23: failed is not empty."""
    assert legs_of(history[2], GOOD) == [("good", "primary", CENT)]
    columns = "status, reason, legs_received, last_good_at_utc"
    assert status_of(history[2], GOOD, columns) == ("failed", "timed out", 1, FIRST_BUILT)
    assert status_of(history[1], FAILED, columns) == ("failed", "page 3 was refused", None, None)


def test_a_day_not_yet_there_is_neither_failed_nor_empty_nor_closed(history: list[TestWarehouse]) -> None:
    """Empty it would cost nothing, failed it would wake somebody; provisional figures stand until the source has it."""
    assert status_of(history[1], AWAITED, "status, reason, legs_received") == ("awaited", "not there yet", None)
    assert status_of(history[4], AWAITED) == ("awaited",)
    assert status_of(history[3], SWEPT, "status, reason") == ("provisional", "not there yet")
    assert legs_of(history[3], SWEPT) == [("corrected", "primary", 4 * CENT)]


def test_a_rejected_day_keeps_its_last_good_figures(history: list[TestWarehouse]) -> None:
    """D13: the attempt is kept for inspection, the figures stand."""
    assert legs_of(history[2], SPOILT) == [("spoilt", "primary", CENT)]
    assert legs_of(history[2], SPOILT, "costed_legs_rejected") == [
        ("foo", "primary", None),
        ("spoilt", "primary", 2 * CENT),
    ]
    assert status_of(history[2], SPOILT, "status, last_good_at_utc, run_id") == ("rejected", FIRST_BUILT, "run-2")


def test_the_latest_copy_counts_and_outsiders_are_counted(history: list[TestWarehouse]) -> None:
    """D16: a tick corrects the sweep before it, a later sweep the tick; a leg of another day is not costed here."""
    assert legs_of(history[1], SWEPT) == [("corrected", "primary", 3 * CENT), ("vanishes", "primary", CENT)]
    assert status_of(history[1], SWEPT, "legs_received, legs_outside_day, legs_vanished") == (3, 1, 0)
    assert legs_of(history[2], SWEPT) == [("corrected", "primary", 4 * CENT)]
    assert status_of(history[2], SWEPT, "legs_received, legs_outside_day, legs_vanished") == (1, 0, 1)


def test_a_leg_that_moves_leaves_its_old_day_in_the_same_run(history: list[TestWarehouse]) -> None:
    """D16: a leg on two days is paid for twice; and the call it leaves has a new first leg."""
    assert legs_of(history[1], LOSER) == [("moves", "primary", CENT), ("stays", "transfer", CENT)]
    for warehouse in (history[2], history[5]):
        assert legs_of(warehouse, LOSER) == [("stays", "primary", CENT)]
        assert legs_of(warehouse, LOSER, "warehouse.main.normalized_usage natural join cpm_fact") == [
            ("stays", "primary", CENT)
        ]
        assert warehouse.rows(f"select legs, total_cost from cpm_daily where usage_date = '{LOSER}'") == [(1, CENT)]  # noqa: S608
        assert status_of(warehouse, LOSER, "status, legs_received") == ("provisional", 2)


def test_an_older_copy_does_not_bring_the_leg_back(history: list[TestWarehouse]) -> None:
    """D16: the old day built again from its old files must not take the leg from the day it belongs to."""
    assert legs_of(history[3], LOSER) == [("stays", "primary", CENT)]
    assert status_of(history[3], LOSER, "legs_received, legs_on_other_day") == (2, 1)
    assert [name for name, _, _ in legs_of(history[3], GAINER)] == ["gains", "moves"]


def test_a_final_day_keeps_its_leg(history: list[TestWarehouse]) -> None:
    """D21: a frozen figure that changes is no figure; the new copy is left out and counted."""
    assert legs_of(history[2], FROZEN) == [("frozen", "primary", CENT)]
    assert [name for name, _, _ in legs_of(history[2], GAINER)] == ["gains", "moves"]
    assert status_of(history[2], GAINER, "legs_on_other_day") == (1,)
    assert status_of(history[2], FROZEN, "status, run_id, last_good_at_utc") == ("final", "run-1", FIRST_BUILT)
    assert history[2].rows(f"select is_final from cpm_daily where usage_date = '{FROZEN}'") == [(True,)]  # noqa: S608


def test_a_killed_build_run_again_gives_the_same_figures(history: list[TestWarehouse]) -> None:
    """The day that lost a leg must be costed again although the working models no longer show the loss."""
    for table in MARTS:
        assert history[5].rows(f"from {table} order by all") == history[2].rows(f"from {table} order by all")


def test_only_the_spoilt_day_fails_its_checks(history: list[TestWarehouse]) -> None:
    """A check that was not evaluated looks like one that passed."""
    failed = history[2].rows("select usage_date, check_name from check_results where not is_passed order by all")
    assert failed == [(SPOILT, "carrier_match"), (SPOILT, "every_billable_leg_rated")]
