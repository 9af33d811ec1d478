"""The month with faults as the inputs of one run: every day of it costed and reconciled, nothing known before.

For tests of matching, inference and variance on `compiled_models`. What is true of the month is in
`cpm_assets.sandbox.month`.
"""

from datetime import UTC, datetime, timedelta
from itertools import groupby

from cpm_assets.sandbox.month.calls import END_INSTANT, FIRST_INSTANT, MonthLeg
from cpm_assets.sandbox.month.carriers import MONTH_CARRIERS
from cpm_assets.sandbox.month.month import Month
from cpm_assets.sandbox.month.rows import card_rows, contract_row, leg_row, line_row
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, RunInputs

RECEIVED = datetime(2026, 11, 5, tzinfo=UTC)


def month_inputs(month: Month) -> RunInputs:
    """A run over 2026-09-30 to 2026-11-01; each invoice is a file of its carrier's folder."""
    first = FIRST_INSTANT.date()
    days = [first + timedelta(days=n) for n in range((END_INSTANT - FIRST_INSTANT).days)]
    legs = sorted(month.legs, key=_day)
    return RunInputs(
        days=[Day(day, built_at_utc=RECEIVED) for day in days],
        extractions=[Extraction(day, [leg_row(leg) for leg in found]) for day, found in groupby(legs, key=_day)],
        deliveries=[
            Delivery("carrier_contracts", [contract_row(carrier) for carrier in MONTH_CARRIERS]),
            Delivery("rate_cards", card_rows()),
            *(
                Delivery(
                    "invoices",
                    [line_row(line) for line in invoice.lines],
                    received_at_utc=RECEIVED,
                    carrier_folder=invoice.carrier.name,
                    file_name=f"{invoice.invoice_number}.csv",
                    content=invoice.invoice_number,
                )
                for invoice in month.invoices
            ),
        ],
    )


def _day(leg: MonthLeg) -> object:
    return leg.start.date()
