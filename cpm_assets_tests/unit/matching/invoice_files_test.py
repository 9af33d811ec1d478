"""Claims about invoice files as wholes (D20): the period they state, and whether they were read whole and balance."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, RunInputs, contract

DAYS = [date(2026, 10, day) for day in (1, 2, 3, 4)]
RECEIVED = datetime(2026, 10, 4, 9, tzinfo=UTC)


def line(number: int, charge: str, **columns: Any) -> dict[str, Any]:
    """A line of a call on 2 October."""
    row = {
        "invoice_number": "INV-1",
        "line_number": str(number),
        "destination_digits": "14155550198",
        "start_time_text": "as written",
        "start_local": datetime(2026, 10, 2, 9, number),  # noqa: DTZ001 -- the contract's zone
        "duration_seconds": 60,
        "charge_amount": Decimal(charge),
    }
    return row | columns


TAX = {"line_kind": "tax", "destination_digits": None, "start_local": None, "duration_seconds": None}


def header(**columns: Any) -> dict[str, Any]:
    """What the file states of the invoice; nothing, unless said otherwise."""
    return {"invoice_number": "INV-1", "stated_total_tolerance": Decimal(0)} | columns


def ran(
    memory: MemoryWarehouse,
    lines: list[dict[str, Any]],
    headers: list[dict[str, Any]],
    rejects: list[dict[str, Any]] | None = None,
) -> None:
    """Reconciles the days with one file of carrier Acme."""
    inputs = RunInputs(
        days=[Day(day) for day in DAYS],
        deliveries=[
            Delivery("carrier_contracts", [contract("Acme", invoice_timezone="America/New_York")]),
            Delivery(
                "invoices", lines, rejects or [], headers, received_at_utc=RECEIVED, carrier_folder="Acme",
                file_name="october.csv",
            ),
        ],
    )  # fmt: skip
    memory.run(inputs, "check_invoice_parsed_whole", "check_invoice_balances", "invoice_coverage")


def offenders(memory: MemoryWarehouse, check: str) -> list[tuple[date, dict[str, Any]]]:
    """The check's rows, by day."""
    rows = memory.rows(f"select usage_date, offender from warehouse.main.check_{check} order by 1")  # noqa: S608
    return [(day, json.loads(offender)) for day, offender in rows]


def test_an_invoice_covers_the_period_that_it_states(memory: MemoryWarehouse) -> None:
    """No call on the first and last days of the month, and what is missing there would never be asked for."""
    ran(memory, [line(1, "1")], [header(period_first_date=DAYS[0], period_last_date=DAYS[2])])
    assert memory.rows("select from_utc, to_utc, source from invoice_coverage") == [
        (datetime(2026, 10, 1, 4, 0, 5), datetime(2026, 10, 4, 3, 59, 55), "layout")  # noqa: DTZ001 -- UTC
    ]


def test_an_invoice_of_nothing_but_taxes_covers_the_period_that_it_states(memory: MemoryWarehouse) -> None:
    """A month without calls on the invoice is a month whose every leg is missing from it."""
    ran(memory, [line(1, "1", **TAX)], [header(period_first_date=DAYS[0], period_last_date=DAYS[0])])
    assert memory.rows("select source from invoice_coverage") == [("layout",)]


def test_an_invoice_that_states_no_period_covers_the_days_of_its_lines(memory: MemoryWarehouse) -> None:
    """A period that ends before it begins is no statement either."""
    for headers in ([], [header()], [header(period_first_date=DAYS[2], period_last_date=DAYS[0])]):
        ran(memory, [line(1, "1")], headers)
        assert memory.rows("select from_utc, source from invoice_coverage") == [
            (datetime(2026, 10, 2, 4, 0, 5), "lines")  # noqa: DTZ001 -- UTC
        ]


def test_lines_of_every_kind_balance_with_the_stated_total(memory: MemoryWarehouse) -> None:
    """Taxes and credits left out of the sum, no invoice would ever balance."""
    lines = [line(1, "1.25"), line(2, "-0.25", line_kind="credit"), line(3, "0.19", **TAX)]
    ran(memory, lines, [header(stated_total=Decimal("1.19"), stated_lines=3)])
    assert (offenders(memory, "invoice_balances"), offenders(memory, "invoice_parsed_whole")) == ([], [])


def test_an_invoice_that_does_not_balance_is_seen_on_its_days_and_on_the_day_it_came(memory: MemoryWarehouse) -> None:
    """Seen only on the day it came, whoever reconciles the billed day would not know."""
    ran(memory, [line(1, "1.25")], [header(stated_total=Decimal("1.26"))])
    found = offenders(memory, "invoice_balances")
    assert [day for day, _ in found] == [DAYS[1], DAYS[2], DAYS[3]]
    assert {(each["stated_total"], each["sum_of_lines"], each["difference"]) for _, each in found} == {
        ("1.26", "1.25", "-0.01")
    }


def test_a_total_in_cents_balances_within_half_a_cent(memory: MemoryWarehouse) -> None:
    """X12 states whole cents: 1.254 is 1.25 there, and 1.2551 is not."""
    stated = header(stated_total=Decimal("1.25"), stated_total_tolerance=Decimal("0.005"))
    for charge, is_balanced in (("1.254", True), ("1.255", True), ("1.2551", False), ("1.2449", False)):
        ran(memory, [line(1, charge)], [stated])
        assert (offenders(memory, "invoice_balances") == []) == is_balanced


def test_lines_in_another_currency_are_not_part_of_the_total(memory: MemoryWarehouse) -> None:
    """Euros and dollars do not add."""
    lines = [line(1, "1", currency="USD"), line(2, "5", currency="EUR"), line(3, "2")]
    ran(memory, lines, [header(stated_total=Decimal(3), currency="USD")])
    assert offenders(memory, "invoice_balances") == []


def test_a_rejected_row_is_told_with_its_line_and_reason(memory: MemoryWarehouse) -> None:
    """What was not read is billed all the same, and in nobody's figures."""
    rejects = [
        {"line_number": 7, "reason": "charge is empty", "raw_text": "x"},
        {"line_number": 5, "reason": "start_time is empty", "raw_text": "y"},
    ]
    ran(memory, [line(1, "1")], [], rejects)
    day, offender = offenders(memory, "invoice_parsed_whole")[-1]
    assert day == RECEIVED.date()
    assert (offender["file_name"], offender["rejected_rows"]) == ("october.csv", 2)
    assert (offender["first_rejected_line"], offender["first_reason"]) == (5, "start_time is empty")


def test_a_file_rejected_whole_is_told_on_the_day_it_came(memory: MemoryWarehouse) -> None:
    """It bills no day, so no billed day would show it."""
    ran(memory, [], [], [{"line_number": 0, "reason": "the file is empty: not even a header", "raw_text": ""}])
    assert [day for day, _ in offenders(memory, "invoice_parsed_whole")] == [RECEIVED.date()]


def test_fewer_lines_than_the_file_says_it_has_are_told(memory: MemoryWarehouse) -> None:
    """A transfer cut at the end of a line looks like a whole file."""
    ran(memory, [line(1, "1")], [header(stated_lines=2)])
    assert {(each["stated_lines"], each["lines_read"]) for _, each in offenders(memory, "invoice_parsed_whole")} == {
        (2, 1)
    }


def test_a_line_without_a_place_in_time_is_told(memory: MemoryWarehouse) -> None:
    """02:30 on the night that the clocks go forward is nobody's half past two."""
    gap = line(2, "1", start_local=datetime(2026, 3, 8, 2, 30))  # noqa: DTZ001 -- the contract's zone
    ran(memory, [line(1, "1"), gap], [])
    assert {each["lines_without_place"] for _, each in offenders(memory, "invoice_parsed_whole")} == {1}
