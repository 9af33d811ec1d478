"""A month of calls and the invoices for it, with every fault that reconciliation has to explain, and the truth.

`month_with_faults(size, seed)` is the way in: a `Month` of about `size` legs of five carriers (2026-09-30 to
2026-11-01 UTC, so that October's ends can be seen from both sides), their invoices (one a carrier and month of its own
clock) and what is true: each line's leg and faults, the legs that no line bills, each carrier's breach of contract.
The same size and seed give the same month. `rows.py` gives it as rows of the pipeline's inputs. Pure: no file is
written, no clock read.

    month = month_with_faults(5_000)
    month.legs            MonthLeg: leg_id, carrier, digits, start (aware UTC), seconds, twin_set
    month.invoices        MonthInvoice: carrier, invoice_number, lines, first_date, last_date, total
    month.lines           MonthLine, of all invoices: line_kind, charge, billed_seconds, leg_id, faults, …
    month.missing_legs    leg ids that no line bills
    month.breaches        Breach: carrier, kind, since, held, billed, prefix; one a carrier
    MONTH_CARRIERS        MonthCarrier: the contract (`held`, `contract_zone`), the clock, `terms_on(date)`

A match of a line with a leg is right if the line's leg is that leg or one of the same `twin_set`: legs that nothing
tells apart. A copy has the leg of its original, and either of the two may get it. A credit gets none.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from random import Random

from cpm_assets.sandbox.month.billing import MonthLine, billed_lines, tax_line
from cpm_assets.sandbox.month.calls import MonthLeg, month_legs
from cpm_assets.sandbox.month.carriers import MONTH_CARRIERS, Breach, MonthCarrier

FAULTS = {
    "clock_skew": "the line's start is off by some seconds, up to 3",
    "clock_offset": "the carrier's clock is 47 s behind",
    "wrong_zone": "times are in another zone than the contract says",
    "clock_change_night": "the local time occurs twice",
    "duration": "the carrier measured a second more or less, and bills that",
    "national_number": "the number has 10 digits, without the country code",
    "increments": "60/60 is billed, the contract says 6/6",
    "each_increment": "each increment is rounded by itself",
    "decimals": "rounded to 2 decimals, the contract says 6",
    "stale_rate": "billed at the rate before the change",
    "parent_rate": "billed at the rate of the shorter prefix",
    "duplicate": "the call is billed a second time",
    "surplus": "no such call was made",
    "credit": "a charge is taken back",
    "tax": "not a call",
    "over_midnight": "the call ends on the carrier's next day",
    "over_month_end": "the call ends in the carrier's next month, or starts in another month by UTC",
}
"""What a name in `MonthLine.faults` means."""


@dataclass(frozen=True, slots=True)
class MonthInvoice:
    """One invoice, a file of its own. Dates are the first and last of the carrier's clock that its calls are on."""

    carrier: MonthCarrier
    invoice_number: str
    lines: tuple[MonthLine, ...]
    first_date: date
    last_date: date

    @property
    def total(self) -> Decimal:
        """The sum of all lines, in the carrier's currency."""
        return sum((line.charge for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Month:
    """Legs, invoices, and what is true of them."""

    legs: tuple[MonthLeg, ...]
    invoices: tuple[MonthInvoice, ...]
    missing_legs: frozenset[str]

    @property
    def lines(self) -> tuple[MonthLine, ...]:
        """The lines of all invoices."""
        return tuple(line for invoice in self.invoices for line in invoice.lines)

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """One a carrier."""
        return tuple(carrier.breach for carrier in MONTH_CARRIERS)


@lru_cache(maxsize=2)
def month_with_faults(size: int, seed: int = 20261001) -> Month:
    """A month of `size` legs, the carriers having equal shares."""
    legs: list[MonthLeg] = []
    invoices: list[MonthInvoice] = []
    for carrier in MONTH_CARRIERS:
        rng = Random(f"{seed}:month:{carrier.name}")
        own = month_legs(carrier, size // len(MONTH_CARRIERS), rng)
        legs += own
        invoices += _invoices(carrier, list(billed_lines(carrier, own, rng)))
    billed = {line.leg_id for invoice in invoices for line in invoice.lines}
    missing = frozenset(leg.leg_id for leg in legs if leg.leg_id not in billed)
    return Month(tuple(legs), tuple(invoices), missing)


def _invoices(carrier: MonthCarrier, lines: list[MonthLine]) -> list[MonthInvoice]:
    def months(line: MonthLine) -> str:
        return f"{_written(line):%Y-%m}"

    invoices = []
    for month, found in groupby(sorted(lines, key=months), key=months):
        of_month = list(found)
        number = f"{carrier.name.split()[0].upper()[:3]}-{month}"
        numbered = tuple(
            replace(line, invoice_number=number, line_number=str(position))
            for position, line in enumerate([*of_month, tax_line(carrier, of_month)], start=1)
        )
        dates = [_written(line) for line in of_month]
        invoices.append(MonthInvoice(carrier, number, numbered, min(dates), max(dates)))
    return invoices


def _written(line: MonthLine) -> date:
    start = line.start_local or line.start_utc
    if start is None:
        raise ValueError("a tax line has no date")
    return start.date()
