"""Claims about an invoice's difference over runs: which days a run looks at changes nothing, a redelivery replaces what
it repeats, and the next invoice takes the legs that are its own. One warehouse, one run after another.

That the components sum to the difference is tested after every build here: it is one of the project's own dbt tests.
"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cpm_assets_tests.pipeline.reconciliation.books import (
    books,
    call,
    invoice,
    line,
    only_reconcile,
    prices,
    reconciled,
)
from cpm_assets_tests.run_rows import RunInputs, contract
from cpm_assets_tests.warehouse_harness import TestWarehouse

DAYS = ["2026-10-30", "2026-10-31", "2026-11-01"]
# Less and more than a minute: less alone could as well be a minimum, and a tie explains nothing.
SECONDS = range(30, 150, 10)
LEGS = [
    *(call(f"minute-{n}", f"2026-10-30 {10 + n}:00:00", seconds) for n, seconds in enumerate(SECONDS)),
    call("rounded", "2026-10-31 09:00:00", 59),
    call("not-billed", "2026-10-31 10:00:00"),
    # 20:30 in New York on 31 October: October's call for the carrier, November's for our days.
    call("last-evening", "2026-11-01 00:30:00"),
    call("november", "2026-11-01 12:00:00"),
]
OCTOBER = [
    # Billed 60/60.
    *(
        line(n, f"2026-10-30 {6 + n:02}:00:00", str(Decimal("0.60") * -(-seconds // 60)), seconds)
        for n, seconds in enumerate(SECONDS)
    ),
    line(12, "2026-10-31 05:00:00", "0.60", 59),
    line(13, "2026-10-31 05:00:00", "0.60", 59),
    line(14, "2026-10-31 20:30:00", "0.60"),
    line(15, "2026-10-30 18:00:00", "-0.60", 30),
    {"invoice_number": "INV-1", "line_number": "16", "line_kind": "tax", "charge_amount": 1},
]
ALL_AT_ONCE = books(DAYS, LEGS, [*prices(contract(invoice_timezone="America/New_York")), invoice(*OCTOBER)])
VARIANCE = "select invoice_number, component, amount::text, lines from invoice_variance order by all"
EXPECTED = [
    ("INV-1", "duplicate", "0.600000", 1),
    ("INV-1", "increment", "3.010000", 11),
    ("INV-1", "missing_from_invoice", "-0.600000", 1),
    ("INV-1", "period", "0.600000", 1),
    ("INV-1", "tax_and_other", "0.400000", 2),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> TestWarehouse:
    return reconciled(tmp_path_factory.mktemp("variance"), ALL_AT_ONCE)


def test_days_reconciled_one_by_one_explain_the_invoice_as_a_run_over_all(warehouse: TestWarehouse) -> None:
    """The waterfall would depend on which days were looked at last."""
    everything = (VARIANCE, "select * from invoice_totals order by all", "select * from contract_findings order by all")
    at_once = [warehouse.rows(query) for query in everything]
    assert at_once[0] == EXPECTED
    for day in reversed(DAYS):
        warehouse.build(only_reconcile(ALL_AT_ONCE, [day]))
    assert [warehouse.rows(query) for query in everything] == at_once


def test_the_next_invoice_takes_its_legs_and_the_first_ones_periods_still_add_up(warehouse: TestWarehouse) -> None:
    """A leg over the month's end would be in both invoices' figures, or in neither."""
    november = invoice(
        line(1, "2026-11-01 07:00:00", "0.60", invoice_number="INV-2"),
        received=datetime(2026, 12, 1, tzinfo=UTC),
        file_name="november.csv",
    )
    both = RunInputs(ALL_AT_ONCE.days, ALL_AT_ONCE.extractions, [*ALL_AT_ONCE.deliveries, november])
    warehouse.build(only_reconcile(both, ["2026-11-01"]))
    assert warehouse.rows(VARIANCE) == [*EXPECTED, ("INV-2", "period", "-0.600000", 1)]
    totals = "select invoice_number, invoice_total::text, our_total::text, our_legs from invoice_totals order by all"
    assert warehouse.rows(totals) == [("INV-1", "15.400000", "11.390000", 14), ("INV-2", "0.600000", "1.200000", 2)]


def test_a_line_delivered_again_changes_only_what_it_was_corrected_in(warehouse: TestWarehouse) -> None:
    """Added instead of replaced, a correction would be a second difference; not read again, the first would stay."""
    again = invoice(
        line(12, "2026-10-31 05:00:00", "0.59", 59),
        line(13, "2026-10-31 05:00:00", "0.59", 59),
        received=datetime(2026, 12, 2, tzinfo=UTC),
        file_name="again.csv",
    )
    corrected = RunInputs(ALL_AT_ONCE.days, ALL_AT_ONCE.extractions, [*ALL_AT_ONCE.deliveries, again])
    # Delivered, and its days not compared yet: what was not compared with the new charges is our period's, not lost.
    warehouse.build(only_reconcile(corrected, ["2026-11-01"]))
    assert ("INV-1", "period", "0.580000", 1) in warehouse.rows(VARIANCE)
    warehouse.build(only_reconcile(corrected, DAYS))
    expected = dict(zip([row[1] for row in EXPECTED], EXPECTED, strict=True))
    expected["duplicate"] = ("INV-1", "duplicate", "0.590000", 1)
    expected["increment"] = ("INV-1", "increment", "3.000000", 10)
    assert warehouse.rows(VARIANCE) == sorted(expected.values())
