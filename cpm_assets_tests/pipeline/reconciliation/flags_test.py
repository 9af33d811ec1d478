"""Claims about what is flagged and what is not (D17, D18, D27, D28), all in one run of one day, 25 October 2026."""

import json
from decimal import Decimal
from hashlib import sha256

import pytest

from cpm_assets_tests.pipeline.reconciliation.books import books, call, flags, invoice, line, prices, reconciled
from cpm_assets_tests.run_rows import Delivery, contract
from cpm_assets_tests.warehouse_harness import TestWarehouse

DAY = "2026-10-25"
LEGS = [
    call("equal", f"{DAY} 01:00:00"),
    call("at-tolerance", f"{DAY} 02:00:00"),
    call("dearer", f"{DAY} 03:00:00"),
    call("longer", f"{DAY} 04:00:00"),
    call("a-minute-longer", f"{DAY} 05:00:00"),
    call("raw-minutes", f"{DAY} 06:00:00", 120, media_seconds=300),
    call("not-invoiced", f"{DAY} 07:00:00"),
    call("no-rate", f"{DAY} 08:00:00", number="+442079460000"),
    call("no-rate-and-nothing-asked", f"{DAY} 08:30:00", number="+442079460000"),
    call("billed-twice", f"{DAY} 09:00:00"),
    call("named-twice", f"{DAY} 10:00:00"),
    call("other-currency", f"{DAY} 11:00:00"),
    call("credited", f"{DAY} 12:00:00"),
    call("another-carriers", f"{DAY} 13:00:00", carrier_name="Umbra"),
    call("internal", f"{DAY} 14:00:00", direction="internal"),
]
LONDON = {"destination_digits": "442079460000"}
LINES = [
    line(1, f"{DAY} 01:00:00", "0.60", billed_minutes=Decimal(1)),
    line(2, f"{DAY} 02:00:00", "0.61"),
    line(3, f"{DAY} 03:00:00", "0.610001"),
    line(4, f"{DAY} 04:00:00", "0.60", billed_minutes=Decimal("2.000001")),
    line(5, f"{DAY} 05:00:00", "0.60", billed_minutes=Decimal(2)),
    line(6, f"{DAY} 06:00:00", "1.20", 300),
    line(8, f"{DAY} 08:00:00", "0.60", **LONDON),
    line(85, f"{DAY} 08:30:00", "0.01", **LONDON),
    line(90, f"{DAY} 09:00:00", "0.60"),
    line(91, f"{DAY} 09:00:00", "0.60"),
    line(100, f"{DAY} 10:00:00", "0.60", internal_leg_reference="named-twice"),
    line(101, f"{DAY} 10:30:00", "0.70", 90, internal_leg_reference="named-twice"),
    line(110, f"{DAY} 11:00:00", "0.60", currency="EUR"),
    line(120, f"{DAY} 12:00:00", "-0.60"),
    line(121, f"{DAY} 12:00:00", "0.60"),
    line(130, f"{DAY} 13:00:00", "0.60"),
    line(999, f"{DAY} 20:00:00", "3.00", 300),
]
REJECT = {
    "line_number": 7,
    "reason": "charge_amount '+14155550198' is not a number",
    "raw_text": "INV-1,7,,,+14155550198",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> TestWarehouse:
    deliveries = [*prices(contract(), contract("Umbra")), invoice(*LINES)]
    deliveries.append(Delivery("invoices", rejects=[REJECT], carrier_folder="Acme", file_name="broken.csv"))
    return reconciled(tmp_path_factory.mktemp("flags"), books([DAY], LEGS, deliveries))


def test_every_kind_of_disagreement_is_flagged_and_nothing_else(warehouse: TestWarehouse) -> None:
    """A missed flag is money paid for nothing; a false one makes finance stop reading them. Exactly at the tolerance
    is no flag; more than it, by a millionth, is one. The credit of a call that another line bills (120) is none."""
    assert flags(warehouse) == [
        ("charge_mismatch", "dearer", "INV-1", "3"),
        ("charge_mismatch", "no-rate", "INV-1", "8"),
        ("charge_mismatch", "other-currency", "INV-1", "110"),
        ("duplicate_invoice_line", None, "INV-1", "101"),
        ("duplicate_invoice_line", None, "INV-1", "91"),
        ("minute_mismatch", "longer", "INV-1", "4"),
        ("minute_mismatch", "raw-minutes", "INV-1", "6"),
        ("missing_from_invoice", "not-invoiced", None, None),
        ("missing_from_usage", None, "INV-1", "130"),
        ("missing_from_usage", None, "INV-1", "999"),
    ]


def test_a_flag_says_what_both_sides_say_and_what_it_is_worth(warehouse: TestWarehouse) -> None:
    """Finance disputes amounts: a side that is not there counts as nothing, a figure we do not have stays unknown."""
    figures = warehouse.rows(
        "select coalesce(leg_id, line_number), minute_basis, internal_minutes, carrier_minutes, minute_delta,"
        " internal_charge, carrier_charge, charge_delta, currency, carrier_currency, match_tier"
        " from reconciliation_flags"
    )
    by_name = {row[0]: [str(value) for value in row[1:]] for row in figures}
    one, sixty = "1.000000", "0.600000"
    assert by_name["dearer"] == ["raw", one, one, "0.000000", sixty, "0.610001", "0.010001", "USD", "USD", "3"]
    assert by_name["longer"] == ["billed", one, "2.000001", "1.000001", sixty, sixty, "0.000000", "USD", "USD", "3"]
    assert by_name["raw-minutes"][:4] == ["raw", "2.000000", "5.000000", "3.000000"]
    assert by_name["no-rate"][4:7] == ["None", sixty, "None"]
    assert by_name["other-currency"][4:9] == [sixty, sixty, "None", "USD", "EUR"]
    assert by_name["not-invoiced"][4:9] == [sixty, "None", "-0.600000", "USD", "None"]
    assert by_name["999"] == [
        *("raw", "None", "5.000000", "5.000000", "None", "3.000000", "3.000000", "USD", "USD", "None")
    ]


def test_a_duplicate_names_the_line_that_it_repeats(warehouse: TestWarehouse) -> None:
    """Without it someone has to look for the other one to get the money back."""
    query = "select line_number, duplicate_of_invoice_number, duplicate_of_line_number from reconciliation_flags"
    assert warehouse.rows(f"{query} where flag_type = 'duplicate_invoice_line' order by all") == [
        ("101", "INV-1", "100"),
        ("91", "INV-1", "90"),
    ]


def test_a_flag_is_named_by_what_it_is_about(warehouse: TestWarehouse) -> None:
    """People's decisions hang on the id; were figures or the day in it, each correction would open the case again."""
    expected = sha256(b"15:charge_mismatch4:Acme6:dearer5:INV-11:3").hexdigest()
    alone = sha256(b"20:missing_from_invoice4:Acme12:not-invoiced--").hexdigest()
    ids = dict(warehouse.rows("select coalesce(leg_id, line_number), flag_id from reconciliation_flags"))
    assert ids["dearer"] == expected
    assert ids["not-invoiced"] == alone
    assert len(set(ids.values())) == len(ids)


def test_the_day_adds_up_by_currency(warehouse: TestWarehouse) -> None:
    """Small disagreements are not flags, but what they come to must be seen, and no currency added to another."""
    cursor = warehouse.rows(
        "select currency, legs, lines, unrated_legs, internal_charge, carrier_charge, equal_lines, drift_lines,"
        " drift_charge_delta, drift_absolute_charge, flagged_lines, flagged_charge_delta, missing_from_invoice_legs,"
        " missing_from_usage_lines, missing_from_usage_charge, duplicate_lines, duplicate_charge, not_invoiced_legs"
        " from reconciliation_daily where carrier_name = 'Acme' order by currency"
    )
    euro, dollar = ([str(value) for value in row] for row in cursor)
    nothing = "0.000000"
    assert euro == ["EUR", "0", "1", "0", nothing, "0.600000", "0", "0", nothing, nothing, "1", nothing, *"00", nothing,
                    "0", nothing, "0"]  # fmt: skip
    # Drift: the cent exactly at the tolerance, and the line of a cent for a leg that has no rate.
    assert dollar == ["USD", "13", "16", "2", "7.200000", "10.930001", "5", "2", "0.010000", "0.010000", "4",
                      "0.010001", "1", "2", "3.600000", "2", "1.300000", "0"]  # fmt: skip


def test_drift_above_a_thousandth_of_the_days_charge_is_an_offender(warehouse: TestWarehouse) -> None:
    """A carrier that adds half a cent to each call flags nothing and costs a per cent."""
    ((day, offender),) = warehouse.rows("select * from warehouse.main.check_reconciliation_drift")
    assert str(day) == DAY
    assert json.loads(offender)["drift_absolute_charge"] == "0.010000"


def test_a_rejected_line_is_listed_with_its_numbers_masked(warehouse: TestWarehouse) -> None:
    """A line that vanished could not be disputed; a called number in clear is personal data (D28)."""
    query = "select carrier_folder, file_name, line_number, reason, raw_text from rejected_invoice_lines"
    reason = "charge_amount '…98' is not a number"
    assert warehouse.rows(query) == [("Acme", "broken.csv", 7, reason, "INV-1,7,,,…98")]


def test_a_leg_of_a_carrier_without_an_invoice_is_not_said_to_be_missing(warehouse: TestWarehouse) -> None:
    """Before the month's invoice comes every leg would be a flag (D20)."""
    query = "select not_invoiced_legs, missing_from_invoice_legs from reconciliation_daily where carrier_name = 'Umbra'"
    assert warehouse.rows(query) == [(1, 0)]


def test_every_column_says_what_it_is(warehouse: TestWarehouse) -> None:
    """The published file is all that an analyst has."""
    tables = "('reconciliation_flags', 'reconciliation_daily', 'invoice_coverage', 'rejected_invoice_lines')"
    query = f"select table_name, column_name from duckdb_columns() where table_name in {tables} and comment is null"
    assert warehouse.rows(query) == []
