"""Which reconciliation flags a correct pipeline raises, worked out from the lines and the known legs by rule.

D17 to D20 in plain Python, for invoices without ambiguities: every line has at most one leg that could be meant, and
this file raises if that is not so. It does not look at what was spoiled on purpose; a test compares the two.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from cpm_assets.sandbox.carriers import CARRIERS
from cpm_assets.sandbox.invoice_faults import Invoice
from cpm_assets.sandbox.invoices import InvoiceLine
from cpm_assets.sandbox.legs import Leg
from cpm_assets.sandbox.pricing import Price, minutes

_START_TOLERANCE = timedelta(seconds=5)
_DURATION_TOLERANCE_SECONDS = 2
_CHARGE_TOLERANCE = Decimal("0.01")
_MINUTE_TOLERANCE = Decimal(1)
_ZONES = {carrier.name: ZoneInfo(carrier.invoice_timezone) for carrier in CARRIERS}


@dataclass(frozen=True, slots=True, order=True)
class Flag:
    """One expected row of `reconciliation_flags`; '' where a flag has no leg, invoice or line."""

    usage_date: date
    carrier_name: str
    flag_type: str
    leg_id: str
    invoice_number: str
    line_number: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Flags, pairs by (usage date, carrier, equal | drift | flagged | unrated), and drift by (usage date, carrier).

    Drift is the sum of absolute charge differences of pairs that are not flagged, in the carrier's currency.
    """

    flags: tuple[Flag, ...]
    pairs: Counter[tuple[date, str, str]]
    drift: dict[tuple[date, str], Decimal]

    def days_below_match_rate(self) -> set[date]:
        """The days on which fewer than 99 % of a carrier's lines, copies left out, and not all but one have a leg."""
        matched: Counter[tuple[date, str]] = Counter()
        for (day, carrier, _), lines in self.pairs.items():
            matched[day, carrier] += lines
        kinds = (flag for flag in self.flags if flag.flag_type == "missing_from_usage")
        alone = Counter((flag.usage_date, flag.carrier_name) for flag in kinds)
        return {day for (day, carrier), lines in alone.items() if lines > 1 and matched[day, carrier] < 99 * lines}


def candidate_instants(line: InvoiceLine) -> list[datetime]:
    """The instants (UTC, earliest first) that the line's start can mean: two in the hour that occurs twice (D3)."""
    if line.start_text.endswith("Z"):
        return [datetime.fromisoformat(line.start_text)]
    local = datetime.fromisoformat(line.start_text).replace(tzinfo=_ZONES[line.carrier])
    return sorted({local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)})


def coverage(invoice: Invoice) -> tuple[datetime, datetime]:
    """What the invoice covers (D20): 00:00 of the first line's local day to 24:00 of the last's, as UTC instants."""
    zone = _ZONES[invoice.period.carrier.name]
    days = [line.start.astimezone(zone).date() for line in invoice.lines]
    first, after = min(days), max(days) + timedelta(days=1)
    start, end = (datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in (first, after))
    return start, end


def reconcile(
    known: Sequence[tuple[Leg, Price, int]], invoices: Iterable[Invoice], days: frozenset[date]
) -> Reconciliation:
    """The flags of these UTC days. `known`: every billable leg with its price and billing seconds, as known.

    Raises ValueError when a line could mean two legs, or two legs one line.
    """
    flags: list[Flag] = []
    pairs: Counter[tuple[date, str, str]] = Counter()
    drift: dict[tuple[date, str], Decimal] = {}
    by_number: dict[tuple[str, str], list[tuple[Leg, Price, int]]] = {}
    for entry in known:
        by_number.setdefault((entry[0].carrier or "", (entry[0].number or "").lstrip("+")), []).append(entry)
    matched: set[str] = set()
    for invoice in invoices:
        taken: dict[tuple[object, ...], str] = {}
        for line in invoice.lines:
            found = _leg_of(line, by_number.get((line.carrier, line.number), []))
            alone_on = candidate_instants(line)[0].date()
            place = (line.carrier, line.invoice_number, line.line_number)
            same = (line.number, line.start_text, line.duration_seconds, line.charge)
            if found is None or found[0].leg_id in matched:
                if found is not None and same not in taken:
                    raise ValueError(f"{found[0].leg_id} is meant by two lines that differ, one is {place}")
                kind = "duplicate_invoice_line" if same in taken else "missing_from_usage"
                if alone_on in days:
                    flags.append(Flag(alone_on, line.carrier, kind, "", *place[1:]))
                continue
            leg, cost, seconds = found
            matched.add(leg.leg_id)
            taken[same] = leg.leg_id
            usage_date = leg.start.date()
            if usage_date not in days:
                continue
            kinds = _disagreements(line, cost, seconds)
            flags.extend(Flag(usage_date, line.carrier, kind, leg.leg_id, *place[1:]) for kind in kinds)
            difference = Decimal(0) if cost.charge is None else abs(line.charge - cost.charge)
            outcome = "flagged" if kinds else "unrated" if cost.charge is None else "drift" if difference else "equal"
            pairs[usage_date, line.carrier, outcome] += 1
            if outcome == "drift":
                key = (usage_date, line.carrier)
                drift[key] = drift.get(key, Decimal(0)) + difference
    flags.extend(_missing(known, invoices, matched, days))
    return Reconciliation(tuple(sorted(flags)), pairs, drift)


def assert_unambiguous(known: Sequence[tuple[Leg, Price, int]]) -> None:
    """Raise ValueError if two legs of one carrier to one number are so near that a line could mean either."""
    minutes_of: dict[tuple[str | None, str], list[datetime]] = {}
    for leg, _, _ in known:
        minutes_of.setdefault((leg.carrier, (leg.number or "").lstrip("+")), []).append(leg.start)
    for key, starts in minutes_of.items():
        for earlier, later in pairwise(sorted(starts)):
            if later - earlier < 2 * _START_TOLERANCE:
                raise ValueError(f"two legs of {key} start {later - earlier} apart")


def _leg_of(line: InvoiceLine, legs: Sequence[tuple[Leg, Price, int]]) -> tuple[Leg, Price, int] | None:
    """The leg the line means, by its reference or by start and duration (tiers 1 and 3 of D19)."""
    instants = candidate_instants(line)
    near = [
        entry
        for entry in legs
        if entry[0].leg_id == line.reference
        or (
            any(abs(entry[0].start - instant) <= _START_TOLERANCE for instant in instants)
            and _duration_distance(line, entry) <= _DURATION_TOLERANCE_SECONDS
        )
    ]
    if len(near) > 1:
        raise ValueError(f"line {line.invoice_number}/{line.line_number} could mean {len(near)} legs")
    return near[0] if near else None


def _duration_distance(line: InvoiceLine, entry: tuple[Leg, Price, int]) -> int:
    leg, cost, seconds = entry
    return min(abs(line.duration_seconds - own) for own in (leg.media_seconds, seconds, cost.billed_seconds))


def _disagreements(line: InvoiceLine, cost: Price, seconds: int) -> list[str]:
    kinds = []
    # A leg without a price agrees with no charge: whatever is asked for it is a question for finance (D17).
    if abs(line.charge - (cost.charge or Decimal(0))) > _CHARGE_TOLERANCE:
        kinds.append("charge_mismatch")
    ours, theirs = cost.billed_minutes, line.billed_minutes
    if theirs is None:
        ours, theirs = minutes(seconds), minutes(line.duration_seconds)
    if abs(ours - theirs) > _MINUTE_TOLERANCE:
        kinds.append("minute_mismatch")
    return kinds


def _missing(
    known: Sequence[tuple[Leg, Price, int]], invoices: Iterable[Invoice], matched: set[str], days: frozenset[date]
) -> Iterable[Flag]:
    covered = [(invoice.period.carrier.name, *coverage(invoice)) for invoice in invoices if invoice.lines]
    for leg, _, _ in known:
        is_covered = any(
            name == leg.carrier and start + _START_TOLERANCE <= leg.start < end - _START_TOLERANCE
            for name, start, end in covered
        )
        if is_covered and leg.leg_id not in matched and leg.start.date() in days:
            yield Flag(leg.start.date(), leg.carrier or "", "missing_from_invoice", leg.leg_id, "", "")
