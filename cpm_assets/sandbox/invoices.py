"""What each carrier bills for the ten demo days: the true final legs, priced by `pricing.py`, in the carrier's clock.

Correct lines only; mistakes are put in by `invoice_faults.py`, files are laid out in `inbox.py`. An invoice holds whole
local days of the carrier, so that what it covers (D20) is exactly what it lists.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from cpm_assets.sandbox.carriers import COBALT, NORTHWIND, SALTMARSH, Carrier
from cpm_assets.sandbox.invoice_files.stated_invoice import StatedInvoice, StatedLine
from cpm_assets.sandbox.legs import Leg
from cpm_assets.sandbox.organization import DEMO_DAYS, Organization
from cpm_assets.sandbox.pricing import Price, minutes, price
from cpm_assets.sandbox.traffic import legs_between

# What the carrier that lacks a published price bills for it all the same.
_UNPUBLISHED_RATE = Decimal("0.0450")
_REFERENCE_SHARE = 0.3
_NO_MINUTES_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of a carrier's invoice, whatever its layout.

    `start` is the carrier's clock as an instant (whole seconds, UTC), `start_text` how the guide's layout says it.
    `leg_id` is the leg it bills, None for a line without one: known to the sandbox, not written to the file.
    """

    carrier: str
    invoice_number: str
    line_number: str
    reference: str
    number: str
    start: datetime
    start_text: str
    duration_seconds: int
    billed_minutes: Decimal | None
    charge: Decimal
    leg_id: str | None


@dataclass(frozen=True, slots=True)
class Period:
    """One invoice: its number, and the carrier's local days from `first` to `last`, both included."""

    carrier: Carrier
    invoice_number: str
    first: date
    last: date

    def window(self) -> tuple[datetime, datetime]:
        """From 00:00 local of the first day to 24:00 local of the last, as half-open UTC instants."""
        zone = ZoneInfo(self.carrier.invoice_timezone)
        midnights = (
            datetime(day.year, day.month, day.day, tzinfo=zone) for day in (self.first, self.last + timedelta(days=1))
        )
        start, end = (midnight.astimezone(UTC) for midnight in midnights)
        return start, end


def periods(carrier: Carrier) -> tuple[Period, ...]:
    """The carrier's invoices for the ten days: one, or two of five days."""
    code = carrier.name.split()[0].upper()[:3]
    first, last = DEMO_DAYS[0], DEMO_DAYS[-1]
    if carrier is NORTHWIND:
        middle = DEMO_DAYS[4]
        return (
            Period(carrier, f"{code}-2026-1028", first, middle),
            Period(carrier, f"{code}-2026-1102", middle + timedelta(days=1), last),
        )
    return (Period(carrier, f"{code}-2026-1102", first, last),)


def local_text(carrier: Carrier, instant: datetime) -> str:
    """The instant as the carrier writes it: its local time without an offset, or UTC with a Z."""
    if carrier is NORTHWIND:
        return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
    return instant.astimezone(ZoneInfo(carrier.invoice_timezone)).strftime("%Y-%m-%d %H:%M:%S")


@lru_cache(maxsize=16)
def billed_legs(organization: Organization, period: Period) -> tuple[tuple[Leg, Price], ...]:
    """The carrier's billable legs that the invoice should list, as they finally are, with their price."""
    found = []
    for leg in legs_between(organization, *period.window()):
        if leg.carrier == period.carrier.name and leg.vanishes_at is None and not leg.is_malformed:
            cost = price(organization, leg)
            if cost is not None:
                found.append((leg, cost))
    return tuple(found)


def true_line(rng: Random, period: Period, leg: Leg, cost: Price) -> InvoiceLine:
    """A correct line: the carrier's clock is off by up to two seconds, its duration by up to one."""
    carrier = period.carrier
    is_answered = leg.outcome == "answered"
    earliest, latest = period.window()
    start = leg.start.replace(microsecond=0) + timedelta(seconds=rng.choice((-2, -1, 0, 0, 0, 0, 1, 1, 2)))
    start = min(max(start, earliest), latest - timedelta(seconds=1))
    duration = max(1, leg.billing_seconds + rng.choice((-1, 0, 0, 0, 0, 1))) if is_answered else 0
    charge = cost.charge
    if charge is None:
        charge = minutes(cost.billed_seconds) * _UNPUBLISHED_RATE
        charge = charge.quantize(Decimal(1).scaleb(-carrier.rounding_decimals))
    gives_reference = carrier is COBALT and rng.random() < _REFERENCE_SHARE
    gives_minutes = carrier is not SALTMARSH or rng.random() >= _NO_MINUTES_SHARE
    return InvoiceLine(
        carrier=carrier.name,
        invoice_number=period.invoice_number,
        line_number="",
        reference=leg.leg_id if gives_reference else "",
        number=(leg.number or "").lstrip("+"),
        start=start,
        start_text=local_text(carrier, start),
        duration_seconds=duration,
        billed_minutes=cost.billed_minutes if gives_minutes else None,
        charge=charge,
        leg_id=leg.leg_id,
    )


def stated_invoice(period: Period, lines: tuple[InvoiceLine, ...]) -> StatedInvoice:
    """The invoice as its carrier means it, to be laid out; dated the day after its last."""
    carrier = period.carrier
    return StatedInvoice(
        carrier.name,
        period.invoice_number,
        period.last + timedelta(days=1),
        period.first,
        period.last,
        carrier.currency,
        carrier.invoice_timezone,
        tuple(
            StatedLine(
                line_number=line.line_number,
                line_kind="call" if line.charge >= 0 else "credit",
                charge=line.charge,
                digits=line.number,
                start=line.start,
                duration_seconds=line.duration_seconds,
                billed_minutes=line.billed_minutes,
                reference=line.reference,
            )
            for line in lines
        ),
    )
