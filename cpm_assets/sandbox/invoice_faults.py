"""The mistakes in the carriers' invoices: wrong charges and minutes, missing, surplus and duplicate lines, small drift.

Which lines are changed and how. A wrong charge is that of seconds that were not talked, which the line states: a rule
that a variance can name. What the pipeline should then say about them is worked out in `reconciling.py` from the lines,
not from this list.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from random import Random

from cpm_assets.sandbox.carriers import CARRIERS, COBALT, KESTREL, Carrier
from cpm_assets.sandbox.dialling import uncalled_number
from cpm_assets.sandbox.faults import UNKNOWN_CARRIER_DAY
from cpm_assets.sandbox.invoices import InvoiceLine, Period, billed_legs, local_text, periods, true_line
from cpm_assets.sandbox.legs import Leg
from cpm_assets.sandbox.numbering import destinations
from cpm_assets.sandbox.organization import DEMO_DAYS, Organization
from cpm_assets.sandbox.pricing import Price, charge_of_seconds, minutes

# The day on which one carrier's small differences, none of them a flag, add up to more than 0.1 % of the charge.
DRIFT_DAY = date(2026, 10, 29)
DRIFT_CARRIER = COBALT
_DRIFTING_LINES = 60
_DRIFT_IN_TOLERANCE = Decimal("0.0090")
_SMALL_DRIFT = Decimal("0.0003")
# More than this is a flag (D18), and so is more than a minute.
_CHARGE_TOLERANCE = Decimal("0.01")
_MINUTE = 60

# How many of each an invoice has, per carrier over the ten days.
_COUNTS = {"charge": 3, "minutes": 2, "charge_and_minutes": 1, "missing": 3, "duplicate": 1}
_SURPLUS_LINES = 2


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice as delivered, and what was done to it: (kind of mistake, leg id or None, line number or None)."""

    period: Period
    lines: tuple[InvoiceLine, ...]
    mistakes: tuple[tuple[str, str | None, str | None], ...]


@lru_cache(maxsize=4)
def invoices(organization: Organization) -> tuple[Invoice, ...]:
    """Every carrier's invoices for the ten days, mistakes included; lines ordered and numbered by start."""
    return tuple(_invoice(organization, period) for carrier in CARRIERS for period in periods(carrier))


def _invoice(organization: Organization, period: Period) -> Invoice:
    rng = Random(f"{organization.seed}:invoice:{period.invoice_number}")
    lines = {leg.leg_id: true_line(rng, period, leg, cost) for leg, cost in billed_legs(organization, period)}
    marks: dict[str, str] = {}
    share = len(periods(period.carrier))
    candidates = _candidates(organization, period)
    rng.shuffle(candidates)
    legs = {leg.leg_id: (leg, cost) for leg, cost in billed_legs(organization, period)}
    dear = (each for each in candidates if _charge_of_more(organization, *legs[each], _MINUTE) > _CHARGE_TOLERANCE)
    kinds = [kind for kind, count in _COUNTS.items() for _ in range(-(-count // share))]
    duplicates = []
    # Fewer legs than mistakes (a tiny organisation) means fewer mistakes.
    for kind, leg_id in zip(kinds, dear, strict=False):
        marks[leg_id] = kind
        if kind == "missing":
            del lines[leg_id]
            continue
        lines[leg_id] = _spoiled(organization, rng, kind, lines[leg_id], *legs[leg_id])
        if kind == "duplicate":
            duplicates.append(lines[leg_id])
    free = [legs[leg_id] for leg_id in candidates if leg_id not in marks]
    _add_drift(organization, period, lines, free, marks)
    surplus = [_surplus(rng, period) for _ in range(_SURPLUS_LINES if lines else 0)]
    ordered = sorted([*lines.values(), *surplus], key=lambda line: (line.start, line.number, line.leg_id or ""))
    # A duplicate comes last: of two equal lines the one with the lower number is the one that matches.
    numbered = tuple(
        replace(line, line_number=f"{place:06d}") for place, line in enumerate([*ordered, *duplicates], start=1)
    )
    return Invoice(period, numbered, _mistakes(numbered, marks, len(ordered)))


def _mistakes(
    numbered: tuple[InvoiceLine, ...], marks: dict[str, str], originals: int
) -> tuple[tuple[str, str | None, str | None], ...]:
    found: list[tuple[str, str | None, str | None]] = []
    for place, line in enumerate(numbered):
        if line.leg_id is None:
            found.append(("surplus", None, line.line_number))
        elif place >= originals:
            found.append(("duplicate", line.leg_id, line.line_number))
        elif marks.get(line.leg_id) not in (None, "duplicate"):
            found.append((marks[line.leg_id], line.leg_id, line.line_number))
    found.extend(("missing", leg_id, None) for leg_id, kind in marks.items() if kind == "missing")
    return tuple(found)


def _candidates(organization: Organization, period: Period) -> list[str]:
    """Legs whose line may be spoiled: ordinary, answered, rated, in time, well inside the ten days.

    The rejected day is left out because nothing is compared on it.
    """
    first = datetime.combine(DEMO_DAYS[0], time(12), UTC)
    last = datetime.combine(DEMO_DAYS[-1], time(12), UTC)
    return [
        leg.leg_id
        for leg, cost in billed_legs(organization, period)
        if leg.is_answered_outbound
        and cost.charge is not None
        and leg.appears_at == leg.start
        and leg.mended_at is None
        and first <= leg.start < last
        and leg.start.date() != UNKNOWN_CARRIER_DAY
    ]


def _spoiled(
    organization: Organization, rng: Random, kind: str, line: InvoiceLine, leg: Leg, cost: Price
) -> InvoiceLine:
    if kind in ("charge", "charge_and_minutes"):
        return _billed_longer(organization, line, leg, cost, _MINUTE * (1 if kind == "charge" else rng.randrange(2, 6)))
    if kind == "minutes":
        known = line.billed_minutes if line.billed_minutes is not None else minutes(line.duration_seconds)
        return replace(line, billed_minutes=known + rng.randrange(2, 6))
    return line


def _billed_longer(organization: Organization, line: InvoiceLine, leg: Leg, cost: Price, more: int) -> InvoiceLine:
    """The line billed for that many seconds more, said in its minutes."""
    extra = _charge_of_more(organization, leg, cost, more)
    return replace(line, billed_minutes=minutes(cost.billed_seconds + more), charge=line.charge + extra)


def _charge_of_more(organization: Organization, leg: Leg, cost: Price, more: int) -> Decimal:
    """What that many seconds more cost."""
    charge = charge_of_seconds(organization, leg, cost.billed_seconds + more)
    return Decimal(0) if charge is None or cost.charge is None else charge - cost.charge


def _most_seconds(organization: Organization, leg: Leg, cost: Price, most: Decimal) -> int:
    """How many seconds more, up to a minute, cost something and no more than that; 0 where none do."""
    fitting = (more for more in range(_MINUTE, 0, -1) if 0 < _charge_of_more(organization, leg, cost, more) <= most)
    return next(fitting, 0)


def _add_drift(
    organization: Organization,
    period: Period,
    lines: dict[str, InvoiceLine],
    free: list[tuple[Leg, Price]],
    marks: dict[str, str],
) -> None:
    """Small disagreements (D18): one harmless line a day, and on one day one carrier's sixty.

    Each is billed the most seconds more that cost no more than the drift should be.
    """
    by_day: dict[date, list[tuple[Leg, Price]]] = {}
    for leg, cost in free:
        line = lines[leg.leg_id]
        # Away from midnight, so that the line's day is the leg's.
        if 1 <= line.start.hour <= 22:
            by_day.setdefault(line.start.date(), []).append((leg, cost))
    for day, legs in sorted(by_day.items()):
        is_drift_day = day == DRIFT_DAY and period.carrier is DRIFT_CARRIER
        amount = _DRIFT_IN_TOLERANCE if is_drift_day else _SMALL_DRIFT
        if period.carrier is KESTREL:
            if day != DRIFT_DAY:
                continue
            amount = _CHARGE_TOLERANCE  # not a flag, because only more than it is one; this carrier bills whole cents
        drifting = ((leg, cost, _most_seconds(organization, leg, cost, amount)) for leg, cost in legs)
        possible = (one for one in drifting if one[2])
        for leg, cost, more in islice(possible, _DRIFTING_LINES if is_drift_day else 1):
            lines[leg.leg_id] = _billed_longer(organization, lines[leg.leg_id], leg, cost, more)
            marks[leg.leg_id] = "drift"


def _surplus(rng: Random, period: Period) -> InvoiceLine:
    """A line for a call nobody made: its number is called by nobody on that day."""
    days = [day for day in DEMO_DAYS if period.first <= day <= period.last and day != UNKNOWN_CARRIER_DAY]
    day = rng.choice(days)
    start = datetime.combine(day, time(13), UTC) + timedelta(seconds=rng.randrange(5 * 3600))
    duration = rng.randrange(30, 400)
    carrier: Carrier = period.carrier
    return InvoiceLine(
        carrier=carrier.name,
        invoice_number=period.invoice_number,
        line_number="",
        reference="",
        number=uncalled_number(rng, rng.choice(destinations()[:200]), day),
        start=start,
        start_text=local_text(carrier, start),
        duration_seconds=duration,
        billed_minutes=minutes(-(-duration // 60) * 60),
        charge=(Decimal(duration) / 1000).quantize(Decimal("0.0001")),
        leg_id=None,
    )
