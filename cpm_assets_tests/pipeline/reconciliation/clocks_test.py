"""Claims about the carriers' clocks (D1, D3) and what an invoice covers (D20): nights of clock changes, in one run."""

from dataclasses import replace
from typing import Any

import pytest

from cpm_assets_tests.pipeline.reconciliation.books import books, call, flags, invoice, line, pairs, prices, reconciled
from cpm_assets_tests.run_rows import contract
from cpm_assets_tests.warehouse_harness import TestWarehouse

DAYS = ["2026-03-08", "2026-04-04", "2026-10-03", "2026-10-25", "2026-10-31", "2026-11-01", "2026-11-02"]
ZONES = {"NY": "America/New_York", "Berlin": "Europe/Berlin", "Island": "Australia/Lord_Howe", "Lost": "No/Zone"}


def number(last_digit: int) -> dict[str, Any]:
    return {"destination_digits": f"1415555010{last_digit}"}


def leg_of(carrier: str, leg_id: str, start: str, last_digit: int) -> dict[str, Any]:
    return call(leg_id, start, number=f"+1415555010{last_digit}", carrier_name=carrier)


LEGS = [
    # New York leaves summer time on 1 November: 01:30 is 05:30Z and again 06:30Z.
    leg_of("NY", "ny-first", "2026-11-01 05:30:00", 1),
    leg_of("NY", "ny-second", "2026-11-01 06:30:00", 2),
    leg_of("NY", "ny-both-a", "2026-11-01 05:40:00", 3),
    leg_of("NY", "ny-both-b", "2026-11-01 06:40:00", 3),
    leg_of("NY", "ny-day-before", "2026-10-31 16:00:00", 4),
    leg_of("NY", "ny-just-before", "2026-10-31 04:00:04", 5),
    leg_of("NY", "ny-inside", "2026-10-31 04:00:05", 6),
    leg_of("NY", "ny-last", "2026-11-02 04:59:54", 7),
    leg_of("NY", "ny-just-after", "2026-11-02 04:59:55", 8),
    # Berlin on 25 October: 02:30 is 00:30Z and again 01:30Z.
    leg_of("Berlin", "berlin-first", "2026-10-25 00:30:00", 1),
    leg_of("Berlin", "berlin-second", "2026-10-25 01:30:00", 2),
    leg_of("Berlin", "berlin-offset", "2026-10-25 01:30:00", 3),
    # Lord Howe Island shifts by half an hour: 01:45 is 14:45Z and again 15:15Z.
    leg_of("Island", "island-first", "2026-04-04 14:45:00", 1),
    leg_of("Island", "island-second", "2026-04-04 15:15:00", 2),
]
INVOICES = [
    invoice(
        line(1, "2026-11-01 01:30:00", "0.60", **number(1)),
        line(2, "2026-11-01 01:30:01", "0.60", **number(2)),
        line(3, "2026-11-01 01:40:00", "0.60", **number(3)),
        line(4, "2026-11-01 01:40:00", "0.60", **number(3)),
        line(5, "2026-10-31 12:00:00", "0.60", **number(4)),
        line(6, "2026-11-01 01:50:00", "0.60", **number(9)),
        carrier="NY",
    ),
    invoice(line(7, "2026-03-08 02:30:00", "0.60", invoice_number="INV-SPRING"), carrier="NY", file_name="spring.csv"),
    invoice(
        line(1, "2026-10-25 02:30:00", "0.60", **number(1)),
        line(2, "2026-10-25 02:30:00", "0.60", **number(2)),
        line(3, "2026-10-25 01:30:00Z", "0.60", **number(3)),
        carrier="Berlin",
    ),
    invoice(
        line(1, "2026-04-05 01:45:00", "0.60", **number(1)),
        line(2, "2026-04-05 01:45:00", "0.60", **number(2)),
        line(3, "2026-10-04 02:15:00", "0.60", **number(3)),
        line(4, "2026-10-04 02:30:00", "0.60", **number(4)),
        carrier="Island",
    ),
    invoice(line(1, "2026-10-25 12:00:00", "0.60"), carrier="Lost"),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> TestWarehouse:
    contracts = [contract(name, invoice_timezone=zone) for name, zone in ZONES.items()]
    inputs = books(DAYS, LEGS, [*prices(*contracts), *INVOICES])
    # The days are further apart than legs are kept by default, and a day without legs is not compared.
    return reconciled(tmp_path_factory.mktemp("clocks"), replace(inputs, settings={"leg_days": 366}))


def test_a_time_that_occurs_twice_means_either_of_its_instants(warehouse: TestWarehouse) -> None:
    """DuckDB takes the later one in silence: half of the night's calls would be missing on both sides."""
    found = pairs(warehouse)
    assert {leg: found.get(leg) for leg in found if leg.startswith("ny")} == {
        "ny-first": "1",
        "ny-second": "2",
        "ny-both-a": "3",
        "ny-both-b": "4",
        "ny-day-before": "5",
    }
    assert {leg: found[leg] for leg in found if leg.startswith("berlin")} == {
        "berlin-first": "1",
        "berlin-second": "2",
        "berlin-offset": "3",
    }


def test_a_clock_that_shifts_by_half_an_hour_is_right_too(warehouse: TestWarehouse) -> None:
    """Adding an hour to find the other instant would miss these calls."""
    found = pairs(warehouse)
    assert (found["island-first"], found["island-second"]) == ("1", "2")


def test_a_line_that_is_alone_lies_on_the_day_of_its_first_instant(warehouse: TestWarehouse) -> None:
    """Each flag has one day, whichever run looks. The end of Lord Howe's gap, 02:30, is 15:30Z the day before."""
    query = "select carrier_name, line_number, usage_date::text from reconciliation_flags"
    assert warehouse.rows(f"{query} where flag_type = 'missing_from_usage' order by all") == [
        ("Island", "4", "2026-10-03"),
        ("NY", "6", "2026-11-01"),
    ]


def test_a_time_that_never_occurs_is_a_rejected_line_with_the_reason(warehouse: TestWarehouse) -> None:
    """DuckDB shifts it in silence: a line that cannot be right would be matched or flagged as if it were."""
    rows = warehouse.rows("select carrier_folder, line_number, reason, raw_text from rejected_invoice_lines order by 1")
    assert [row[:3] for row in rows] == [
        ("Island", 4, "local time 2026-10-04 02:15:00 does not exist in Australia/Lord_Howe"),
        ("Lost", 2, "time zone No/Zone of the contract is not known"),
        ("NY", 2, "local time 2026-03-08 02:30:00 does not exist in America/New_York"),
    ]
    assert '"start_time":"2026-10-04 02:15:00"' in rows[0][3]
    assert '"destination_number":"…03"' in rows[0][3]


def test_an_invoice_covers_its_local_days_less_the_tolerance(warehouse: TestWarehouse) -> None:
    """In UTC days, or without the changed hour, an hour of legs would be called missing, or never."""
    query = "select from_utc::text, to_utc::text, source from invoice_coverage where carrier_name = 'NY'"
    assert warehouse.rows(f"{query} and invoice_number = 'INV-1'") == [
        ("2026-10-31 04:00:05", "2026-11-02 04:59:55", "lines")
    ]
    assert [row[1] for row in flags(warehouse, "flag_type = 'missing_from_invoice'")] == ["ny-inside", "ny-last"]
