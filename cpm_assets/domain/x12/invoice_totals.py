"""What an 811 says of the invoice as a whole, and whether its lines meet its total.

Numbers, dates and sums only; which segment says what is in `service_invoice.py`.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from cpm_assets.domain.taken_rows import Values

CENTS_TOLERANCE = Decimal("0.005")
"""TDS01 is an integer in cents, so a sum of finer amounts meets it within half a cent."""


@dataclass
class InvoiceTotals:
    """What the set says of itself, in the invoice's currency; None where it says nothing. `lines_sum`: as read."""

    number: str | None = None
    invoice_date: date | None = None
    currency: str | None = None
    stated_total: Decimal | None = None
    first_date: date | None = None
    last_date: date | None = None
    lines_sum: Decimal = Decimal(0)
    sets: int = 1

    def joined(self, other: "InvoiceTotals") -> "InvoiceTotals":
        """Two sets of one invoice: the first's date and currency, the sum of what both state, the longer period."""
        totals = [each.stated_total for each in (self, other) if each.stated_total is not None]
        firsts = [each.first_date for each in (self, other) if each.first_date is not None]
        lasts = [each.last_date for each in (self, other) if each.last_date is not None]
        return replace(
            self,
            stated_total=sum(totals, Decimal(0)) if len(totals) == 2 else None,
            first_date=min(firsts, default=None),
            last_date=max(lasts, default=None),
            lines_sum=self.lines_sum + other.lines_sum,
            sets=self.sets + other.sets,
        )

    def balanced(self, brought_forward: Decimal, notes: list[str]) -> list[str]:
        """Compares the lines with TDS01, and returns what there is to warn of.

        They must meet, or the file says why not: TDS01 may include a balance brought forward (BAL), which is then
        taken out of `stated_total`, because it is no charge of this invoice.
        """
        if self.stated_total is None:
            return []
        rest = self.stated_total - self.lines_sum
        if abs(rest) <= CENTS_TOLERANCE:
            return []
        if brought_forward and abs(rest - brought_forward) <= CENTS_TOLERANCE:
            stated = f"{self.stated_total} includes {brought_forward} brought forward (BAL)"
            self.stated_total -= brought_forward
            return [f"invoice {self.number}: TDS01 {stated}"]
        said = f"; the file notes: {' '.join(notes)[:500]}" if notes else ""
        return [f"invoice {self.number}: TDS01 is {self.stated_total}, the lines read sum to {self.lines_sum}{said}"]


def headers(of_sets: list[InvoiceTotals]) -> list[Values]:
    """In the order of `INVOICE_HEADER_FIELDS`, one an invoice: what several sets of one number state adds up."""
    invoices: dict[str, InvoiceTotals] = {}
    for totals in of_sets:
        number = totals.number or ""
        invoices[number] = invoices[number].joined(totals) if number in invoices else totals
    return [
        (
            number,
            totals.invoice_date,
            totals.currency,
            totals.stated_total,
            CENTS_TOLERANCE * totals.sets,
            None,
            totals.first_date,
            totals.last_date,
        )
        for number, totals in invoices.items()
    ]
