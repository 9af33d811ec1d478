"""What a correct pipeline makes of each day's legs: types, fallbacks, gate, status, and costs by carrier and region.

The rules D13 to D16 and D21 in plain Python over the sandbox's own legs; independent of the pipeline, like
`pricing.py`. Reconciliation is in `reconciling.py`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from cpm_assets.sandbox.carriers import CARRIERS
from cpm_assets.sandbox.legs import Leg
from cpm_assets.sandbox.organization import Organization, utc_midnight
from cpm_assets.sandbox.pricing import Price, price
from cpm_assets.sandbox.traffic import legs_as_known

_FINAL_AFTER = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class ExpectedDay:
    """One UTC day as last swept at `swept_at`. `priced` holds its billable legs with the price as then known."""

    usage_date: date
    swept_at: datetime
    legs: tuple[Leg, ...]
    malformed: int
    types: Mapping[str, str]
    fallbacks: frozenset[str]
    priced: tuple[tuple[Leg, Price], ...]
    unknown_carrier: tuple[str, ...]
    zero_billing: tuple[str, ...]

    @property
    def is_accepted(self) -> bool:
        return not self.unknown_carrier and not self.zero_billing

    def status(self, as_of: datetime) -> str:
        """`day_status.status` at that instant, if the day was last swept and built then."""
        if not self.is_accepted:
            return "rejected"
        if as_of >= utc_midnight(self.usage_date) + timedelta(days=1) + _FINAL_AFTER:
            return "final"
        return "provisional" if self.legs or self.malformed else "empty"

    def leg_type_counts(self) -> dict[str, int]:
        return dict(sorted(Counter(self.types[leg.leg_id] for leg in self.legs).items()))


def expected_days(organization: Organization, swept_at: Mapping[date, datetime]) -> dict[date, ExpectedDay]:
    """Every built UTC day, from one whole sweep of each at the given instant (UTC)."""
    known = {
        day: legs_as_known(organization, utc_midnight(day), utc_midnight(day) + timedelta(days=1), at)
        for day, at in sorted(swept_at.items())
    }
    return {day: _expected_day(organization, day, at, known) for day, at in sorted(swept_at.items())}


def _expected_day(organization: Organization, day: date, at: datetime, known: Mapping[date, list[Leg]]) -> ExpectedDay:
    legs = [leg for leg in known[day] if not leg.is_malformed]
    # A day before the first partition was never extracted, so nothing of it is known (D15 looks at D-1 and D).
    around = [leg for leg in known.get(day - timedelta(days=1), []) if not leg.is_malformed] + legs
    primaries: dict[str, tuple[datetime, str]] = {}
    attempts: dict[tuple[str, str | None], list[Leg]] = {}
    for leg in around:
        if leg.is_answered_outbound:
            mine = (leg.start, leg.leg_id)
            primaries[leg.call_id] = min(primaries.get(leg.call_id, mine), mine)
        elif leg.call_type == "voip" and leg.direction == "outbound":
            attempts.setdefault((leg.call_id, _digits(leg)), []).append(leg)
    answered = [leg for leg in legs if leg.is_answered_outbound]
    shown = {leg.leg_id: leg.billing_seconds_shown(at) for leg in legs}
    priced = [(leg, price(organization, leg, shown[leg.leg_id])) for leg in legs]
    names = {carrier.name for carrier in CARRIERS}
    return ExpectedDay(
        usage_date=day,
        swept_at=at,
        legs=tuple(legs),
        malformed=len(known[day]) - len(legs),
        types={leg.leg_id: _type(leg, primaries) for leg in legs},
        fallbacks=frozenset(
            leg.leg_id
            for leg in answered
            if any(
                attempt.carrier != leg.carrier and attempt.start <= leg.start
                for attempt in attempts.get((leg.call_id, _digits(leg)), [])
            )
        ),
        priced=tuple((leg, cost) for leg, cost in priced if cost is not None),
        unknown_carrier=tuple(leg.leg_id for leg in answered if leg.carrier not in names),
        zero_billing=tuple(leg.leg_id for leg in answered if shown[leg.leg_id] <= 0),
    )


def expected_costs(day: ExpectedDay) -> list[dict[str, object]]:
    """`cpm_daily` of an accepted day, as JSON-ready rows: one per carrier, region and currency, ordered by them.

    Sums are over rated legs; `unrated_legs` counts the others. Billed attempts are rated legs of 0 seconds.
    """
    sums: dict[tuple[str, str, str], Counter[str]] = {}
    money: dict[tuple[str, str, str], Decimal] = {}
    for leg, cost in day.priced:
        key = (leg.carrier or "", cost.region, cost.currency)
        row = sums.setdefault(key, Counter())
        money.setdefault(key, Decimal(0))
        if cost.charge is None:
            row["unrated_legs"] += 1
            continue
        row["legs"] += 1
        row["media_seconds"] += leg.media_seconds
        row["raw_seconds"] += leg.billing_seconds_shown(day.swept_at)
        row["billed_seconds"] += cost.billed_seconds
        money[key] += cost.charge
    columns = ("legs", "unrated_legs", "media_seconds", "raw_seconds", "billed_seconds")
    return [
        {
            "usage_date": day.usage_date.isoformat(),
            "carrier_name": key[0],
            "destination_region": key[1],
            "currency": key[2],
            **{column: row[column] for column in columns},
            "total_cost": f"{money[key]:.6f}",
        }
        for key, row in sorted(sums.items())
    ]


def _type(leg: Leg, primaries: Mapping[str, tuple[datetime, str]]) -> str:
    if leg.call_type in ("monitor", "whisper"):
        return leg.call_type
    if leg.direction in ("internal", "inbound"):
        return leg.direction
    if leg.call_type != "voip" or leg.direction != "outbound":
        return "other"
    if leg.outcome != "answered":
        return "attempt"
    return "primary" if primaries[leg.call_id] == (leg.start, leg.leg_id) else "transfer"


def _digits(leg: Leg) -> str:
    return (leg.number or "").lstrip("+")
