"""Claims about runs of days: which days a run looks at changes nothing, nor does running again; what is delivered again
replaces what it repeats (D19, D20, D21). One warehouse, one run after another.
"""

from datetime import UTC, datetime

import pytest

from cpm_assets_tests.pipeline.reconciliation.books import (
    books,
    call,
    flags,
    invoice,
    line,
    only_reconcile,
    pairs,
    prices,
    reconciled,
)
from cpm_assets_tests.run_rows import RunInputs
from cpm_assets_tests.warehouse_harness import TestWarehouse

DAYS = ["2026-10-25", "2026-10-26", "2026-10-27"]
LEGS = [
    call("before-midnight", "2026-10-25 23:59:58"),
    call("after-midnight", "2026-10-26 00:00:01"),
    # Two lines claim each, a day before it and a day after: who looks at one of their days must see the other.
    call("claimed-twice", "2026-10-26 12:00:00"),
    call("claimed-twice-too", "2026-10-26 13:00:00"),
    call("same-minute-a", "2026-10-26 15:00:00", 30),
    call("same-minute-b", "2026-10-26 15:00:04", 31),
    call("sip", "2026-10-27 08:00:00", sip_call_id="abc@host"),
    call("dearer", "2026-10-27 09:00:00"),
    call("mended", "2026-10-27 10:00:00"),
    call("moved", "2026-10-25 11:00:00"),
    call("not-billed", "2026-10-27 12:00:00"),
]
LINES = [
    line(1, "2026-10-26 00:00:00", "0.60"),
    line(2, "2026-10-26 00:00:02", "0.60"),
    line(3, "2026-10-25 11:59:00", "0.60", internal_leg_reference="claimed-twice"),
    line(4, "2026-10-27 12:01:00", "0.60", internal_leg_reference="claimed-twice"),
    line(5, "2026-10-26 15:00:03", "0.31", 31),
    line(6, "2026-10-26 15:00:01", "0.30", 30),
    line(7, "2026-10-27 07:00:00", "0.60", 90, sip_call_id="abc@host"),
    line(8, "2026-10-27 09:00:00", "0.80"),
    line(9, "2026-10-27 10:00:00", "0.80"),
    line(11, "2026-10-25 12:00:00", "0.60", internal_leg_reference="claimed-twice-too"),
    line(12, "2026-10-27 12:00:00", "0.60", internal_leg_reference="claimed-twice-too"),
    line(10, "2026-10-27 11:00:00", "0.60"),
]
EXPECTED = [
    ("charge_mismatch", "dearer", "INV-1", "8"),
    ("charge_mismatch", "mended", "INV-1", "9"),
    ("duplicate_invoice_line", None, "INV-1", "11"),
    ("duplicate_invoice_line", None, "INV-1", "4"),
    ("missing_from_invoice", "moved", None, None),
    ("missing_from_invoice", "not-billed", None, None),
    ("missing_from_usage", None, "INV-1", "10"),
]
ALL_AT_ONCE = books(DAYS, LEGS, [*prices(), invoice(*LINES)])


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> TestWarehouse:
    return reconciled(tmp_path_factory.mktemp("days"), ALL_AT_ONCE)


def test_calls_to_one_number_within_a_minute_and_across_midnight_find_their_own_lines(warehouse: TestWarehouse) -> None:
    """The nearest line first would leave one of two calls alone; a join by date would lose the calls at midnight."""
    assert pairs(warehouse) == {
        "before-midnight": "1",
        "after-midnight": "2",
        "claimed-twice": "3",
        "claimed-twice-too": "12",
        "same-minute-a": "6",
        "same-minute-b": "5",
        "sip": "7",
        "dearer": "8",
        "mended": "9",
    }
    tiers = "select match_tier, count(*) from warehouse.main.int_invoice_reconciled group by 1 having match_tier < 3"
    assert sorted(warehouse.rows(tiers)) == [(1, 2), (2, 1)]


def test_days_reconciled_one_by_one_have_the_flags_of_a_run_over_all(warehouse: TestWarehouse) -> None:
    """A backfill and the daily runs would otherwise contradict each other, and flags come and go."""
    everything = "select * from reconciliation_flags order by flag_id"
    totals = "select * from reconciliation_daily order by all"
    at_once = warehouse.rows(everything), warehouse.rows(totals)
    assert flags(warehouse) == EXPECTED
    for day in reversed(DAYS):
        warehouse.build(only_reconcile(ALL_AT_ONCE, [day]))
    assert (warehouse.rows(everything), warehouse.rows(totals)) == at_once


def test_a_line_delivered_again_replaces_the_one_before_and_keeps_its_flags_name(warehouse: TestWarehouse) -> None:
    """Added instead of replaced, each correction would be a duplicate; under a new id a dispute would lose its case."""
    query = "select flag_id from reconciliation_flags where leg_id = 'dearer'"
    before = warehouse.rows(query)
    again = invoice(
        line(8, "2026-10-27 09:00:00", "0.90"),
        line(9, "2026-10-27 10:00:00", "0.60"),
        # It was dated two days late.
        line(10, "2026-10-25 11:00:00", "0.60"),
        received=datetime(2026, 11, 9, tzinfo=UTC),
        file_name="again.csv",
    )
    corrected = books(DAYS, LEGS, [*ALL_AT_ONCE.deliveries, again])
    warehouse.build(only_reconcile(corrected, DAYS))
    assert flags(warehouse) == [EXPECTED[0], *EXPECTED[2:4], EXPECTED[5]]
    assert warehouse.rows(query) == before
    figures = "select carrier_charge::text from reconciliation_flags where leg_id = 'dearer'"
    assert warehouse.rows(figures) == [("0.900000",)]


def test_a_corrected_date_moves_what_the_invoice_covers(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One line with a wrong month would go on calling a month of legs missing after it was corrected. Then nothing: a
    run without days, and a new warehouse with nothing at all, change nothing and do not fail."""
    wrong = invoice(line(1, "2026-10-25 09:00:00", "0.60"), line(2, "2026-08-25 10:00:00", "0.60"))
    right = invoice(line(2, "2026-10-25 10:00:00", "0.60"), received=datetime(2026, 11, 9, tzinfo=UTC))
    warehouse = TestWarehouse(tmp_path_factory.mktemp("empty"))
    warehouse.build(RunInputs())
    assert warehouse.rows("select count(*) from reconciliation_flags") == [(0,)]
    query = "select from_utc::text, to_utc::text from invoice_coverage"
    warehouse.build(RunInputs(deliveries=[*prices(), wrong]))
    assert warehouse.rows(query) == [("2026-08-25 00:00:05", "2026-10-25 23:59:55")]
    warehouse.build(RunInputs(deliveries=[*prices(), wrong, right]))
    assert warehouse.rows(query) == [("2026-10-25 00:00:05", "2026-10-25 23:59:55")]


def test_a_late_leg_after_midnight_settles_the_line_before_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The line would stay `missing_from_usage` on the day before, and be disputed, until that day is looked at again. A
    day that was never compared stays as it is: nobody has asked for its flags. And a file that came since asks for the
    days beside its own, too: its calls may have begun, by our clock, before midnight."""
    bill = invoice(
        line(1, "2026-10-25 23:59:58", "0.60"),
        line(2, "2026-10-25 12:00:00", "0.60"),
        line(3, "2026-10-27 12:00:00", "0.60"),
    )
    noon = call("noon", "2026-10-25 12:00:00")
    deliveries = [*prices(), bill]
    warehouse = reconciled(tmp_path_factory.mktemp("late"), books(DAYS, [noon], deliveries, reconciled=DAYS[:2]))
    assert flags(warehouse) == [("missing_from_usage", None, "INV-1", "1")]
    late = [call("late", "2026-10-26 00:00:01"), noon]
    second = invoice(
        line(1, "2026-10-26 00:00:02", "0.70", invoice_number="INV-2", destination_digits="14155550111"),
        received=datetime(2026, 11, 9, tzinfo=UTC),
        file_name="second.csv",
    )
    warehouse.build(books(["2026-10-26"], late, [*deliveries, second]))
    assert flags(warehouse) == [("missing_from_usage", None, "INV-2", "1")]
    compared = "select usage_date::text from warehouse.main.int_days_compared order by 1"
    assert warehouse.rows(compared) == [("2026-10-25",), ("2026-10-26",)]
    due = "select first_day_to_compare::text, days_to_compare from invoice_files where invoice_number = 'INV-2'"
    assert warehouse.rows(due) == [("2026-10-25", 2)]
