"""The same bytes in several invoice folders: each is its own carrier's file, and a carrier's own line counts once."""

import json
from datetime import UTC, date, datetime

import pytest

from cpm_assets_tests.pipeline.reconciliation.books import books, call, invoice, line, prices
from cpm_assets_tests.run_rows import Delivery, contract
from cpm_assets_tests.warehouse_harness import TestWarehouse

LONG = "L" * 60
LEGS = [call("acme", "2026-10-25 12:00:00"), call("long", "2026-10-25 12:00:00", carrier_name=LONG)]
# The second does not exist in the zone of one of the carriers.
LINES = [line(1, "2026-10-25 12:00:00Z", "0.605"), line(2, "2026-03-08 02:30:00", "0.60")]


def delivered(folder: str, day: int) -> Delivery:
    """The one file, in a folder."""
    return invoice(*LINES, carrier=folder, received=datetime(2026, 11, day, tzinfo=UTC), content="the same bytes")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> TestWarehouse:
    """After two runs: the file arrives in one folder, then in a second of the same carrier and in another carrier's."""
    warehouse = TestWarehouse(tmp_path_factory.mktemp("folders"))
    contracts = [
        contract(),
        contract(effective_date=date(2026, 6, 1), invoice_folder="Acme new"),
        contract(LONG, invoice_timezone="America/New_York"),
    ]
    first = [*prices(*contracts), delivered("Acme", 3)]
    for deliveries in (first, [*first, delivered("Acme new", 4), delivered(LONG, 4)]):
        warehouse.build(books(["2026-10-25"], LEGS, deliveries))
    return warehouse


def test_the_same_bytes_in_two_folders_are_two_files_and_a_line_counts_once(warehouse: TestWarehouse) -> None:
    """Known by its bytes alone, a file moved to the right folder would double the lines of both, and be paid twice."""
    files = "select carrier_folder, lines, unplaced_lines from warehouse.main.int_invoice_files order by 1"
    assert warehouse.rows(files) == [("Acme", 2, 0), ("Acme new", 2, 0), (LONG, 2, 1)]
    lines = "select carrier_name, line_number from warehouse.main.int_invoice_lines order by 1"
    assert warehouse.rows(lines) == [("Acme", "1"), (LONG, "1")]
    rejected = "select carrier_folder, line_number from rejected_invoice_lines"
    assert warehouse.rows(rejected) == [(LONG, 3)]
    totals = "select carrier_name, lines, missing_from_usage_lines, carrier_charge::text from reconciliation_daily"
    assert warehouse.rows(f"{totals} order by 1") == [("Acme", 1, 0, "0.605000"), (LONG, 1, 0, "0.605000")]


def test_an_invoice_delivered_again_into_a_new_folder_asks_for_its_lines_once(warehouse: TestWarehouse) -> None:
    """Counted once a folder, the carrier would ask for twice the invoice, and half of it would be unexplained."""
    totals = "select carrier_name, lines, uncompared_lines, invoice_total::text from invoice_totals order by 1"
    assert warehouse.rows(totals) == [("Acme", 2, 1, "1.205000"), (LONG, 2, 1, "1.205000")]


def test_an_offender_names_a_carrier_in_readable_length(warehouse: TestWarehouse) -> None:
    """An alert is read on a telephone; a name from outside may have 10 kB."""
    offenders = warehouse.rows("select offender from warehouse.main.check_reconciliation_drift")
    names = sorted(json.loads(offender)["carrier_name"] for (offender,) in offenders)
    assert names == ["Acme", "L" * 40 + "…"]
