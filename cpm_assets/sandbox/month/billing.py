"""What a carrier of the month puts on its invoices: every line with the leg it bills and the faults that were put in.

Lines and what is known of them. Which invoices there are is in `month.py`, how they are laid out in a file elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from zoneinfo import ZoneInfo

from cpm_assets.sandbox.month.calls import MonthLeg
from cpm_assets.sandbox.month.carriers import PRICE_CHANGE, MonthCarrier
from cpm_assets.sandbox.month.deck import parent_row, row_of_number, row_of_prefix
from cpm_assets.sandbox.pricing import minutes

DURATION_SHARE = 0.05
NATIONAL_SHARE = 0.3
DUPLICATE_SHARE = 0.003
MISSING_SHARE = 0.004
SURPLUS_SHARE = 0.003
CREDIT_SHARE = 0.001
TAX_PERCENT = Decimal("4.5")


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One line of an invoice, and the truth about it.

    `start_text` is as written; of `start_local` (naive, the carrier's clock) and `start_utc` (naive, UTC) one is set,
    both None on a tax line. `billed_seconds` is what the charge is for, `minutes` what the line states. `leg_id` is
    the leg that it bills, of a copy or a credit too; None for a line without one. `faults`: names of `month.FAULTS`.
    """

    carrier: str
    invoice_number: str
    line_number: str
    line_kind: str
    digits: str | None
    start_text: str
    start_local: datetime | None
    start_utc: datetime | None
    duration_seconds: int | None
    billed_seconds: int | None
    minutes: Decimal | None
    rate: Decimal | None
    stated_rate: Decimal | None
    charge: Decimal
    leg_id: str | None
    faults: frozenset[str]
    description: str | None = None


def carrier_clock(carrier: MonthCarrier, instant: datetime) -> datetime:
    """What the carrier's clock shows (naive) when it believes that it is that instant."""
    return instant.astimezone(ZoneInfo(carrier.clock_zone)).replace(tzinfo=None)


def call_line(carrier: MonthCarrier, leg: MonthLeg, rng: Random, faults: frozenset[str] = frozenset()) -> MonthLine:
    """The line for a leg, by the carrier's clock, terms and rates; without invoice and line number."""
    found = set(faults)
    jitter = rng.randint(-carrier.jitter_seconds, carrier.jitter_seconds)
    believed = leg.start.replace(microsecond=0) + timedelta(seconds=carrier.offset_seconds + jitter)
    local = carrier_clock(carrier, believed)
    found.update(_clock_faults(carrier, leg, local, jitter))
    duration = leg.seconds
    if rng.random() < DURATION_SHARE:
        duration = max(1, duration + rng.choice((-1, 1)))
        found.add("duration")
    digits = leg.digits
    if carrier.national_numbers and digits.startswith("1") and rng.random() < NATIONAL_SHARE:
        digits = digits[1:]
        found.add("national_number")
    terms = carrier.terms_on(local.date())
    billed = terms.seconds(duration)
    rate, fault = _rate(carrier, leg, local.date())
    charge = terms.money(billed, rate)
    if fault:
        found.add(fault)
    if terms != carrier.held and (billed, charge) != (
        carrier.held.seconds(duration),
        carrier.held.money(carrier.held.seconds(duration), rate),
    ):
        found.add(carrier.breach.kind)
    return MonthLine(
        carrier=carrier.name,
        invoice_number="",
        line_number="",
        line_kind="call",
        digits=digits,
        start_text=f"{believed:%Y-%m-%dT%H:%M:%SZ}" if carrier.writes_instants else f"{local:%Y-%m-%d %H:%M:%S}",
        start_local=None if carrier.writes_instants else local,
        start_utc=believed.replace(tzinfo=None) if carrier.writes_instants else None,
        duration_seconds=duration,
        billed_seconds=billed,
        minutes=minutes(billed) if carrier.states_minutes else None,
        rate=rate,
        stated_rate=rate if carrier.states_rate else None,
        charge=charge,
        leg_id=leg.leg_id,
        faults=frozenset(found),
    )


def credit_of(line: MonthLine) -> MonthLine:
    """The line that takes a charge back."""
    return replace(line, line_kind="credit", charge=-line.charge, faults=line.faults | {"credit"})


def copy_of(line: MonthLine) -> MonthLine:
    """The same call billed a second time."""
    return replace(line, faults=line.faults | {"duplicate"})


def tax_line(carrier: MonthCarrier, lines: Sequence[MonthLine]) -> MonthLine:
    """The tax on an invoice's lines, in cents."""
    total = sum((line.charge for line in lines), Decimal(0))
    cents = (total * TAX_PERCENT / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return MonthLine(
        carrier.name, "", "", "tax", None, "", None, None, None, None, None, None, None, cents, None,
        frozenset({"tax"}), f"Sales tax {TAX_PERCENT} %",
    )  # fmt: skip


def billed_lines(carrier: MonthCarrier, legs: Sequence[MonthLeg], rng: Random) -> Iterator[MonthLine]:
    """The lines of a carrier's legs in time order: copies and credits beside them, some legs left out, some made up."""
    for leg in legs:
        chance = rng.random()
        if chance < MISSING_SHARE:
            continue
        line = call_line(carrier, leg, rng)
        yield line
        if chance < MISSING_SHARE + DUPLICATE_SHARE:
            yield copy_of(line)
        elif chance < MISSING_SHARE + DUPLICATE_SHARE + CREDIT_SHARE:
            yield credit_of(line)
        elif chance < MISSING_SHARE + DUPLICATE_SHARE + CREDIT_SHARE + SURPLUS_SHARE:
            # A call that was never made: the number is real, ten minutes and more from the call beside it.
            away = timedelta(seconds=rng.randrange(600, 3000))
            invented = replace(leg, start=leg.start + away, seconds=1 + rng.randrange(300))
            yield replace(call_line(carrier, invented, rng, frozenset({"surplus"})), leg_id=None)


def _clock_faults(carrier: MonthCarrier, leg: MonthLeg, local: datetime, jitter: int) -> Iterator[str]:
    true_start = carrier_clock(carrier, leg.start)
    true_end = carrier_clock(carrier, leg.start + timedelta(seconds=leg.seconds))
    zone = ZoneInfo(carrier.clock_zone)
    if jitter:
        yield "clock_skew"
    if carrier.offset_seconds:
        yield "clock_offset"
    if carrier.clock_zone != carrier.contract_zone:
        yield "wrong_zone"
    if not carrier.writes_instants and (
        local.replace(tzinfo=zone, fold=0).utcoffset() != local.replace(tzinfo=zone, fold=1).utcoffset()
    ):
        yield "clock_change_night"
    if true_start.date() != true_end.date():
        yield "over_midnight"
    if true_start.month != true_end.month or leg.start.astimezone(UTC).month != local.month:
        yield "over_month_end"


def _rate(carrier: MonthCarrier, leg: MonthLeg, local_day: date) -> tuple[Decimal, str | None]:
    """The rate the carrier uses, and the fault's name where the card says another."""
    day = leg.start.date()
    row = row_of_number(carrier.name, leg.digits, day)
    breach = carrier.breach
    if row.prefix == breach.prefix and local_day >= breach.since and day >= breach.since:
        if breach.kind == "stale_rate":
            stale = row_of_prefix(carrier.name, row.prefix, PRICE_CHANGE - timedelta(days=1))
            return (stale or row).rate, breach.kind
        return parent_row(row, day).rate, breach.kind
    return row.rate, None
