"""Rating written a second time, in plain Python with exact fractions, to compare the SQL with.

Deliberately slow and literal: it follows the sentences of the decisions (D2, D4, D7, D9, D12, D14, D15), not the SQL.
It knows nothing of DuckDB, and shares no code with the product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from cpm_assets_tests.run_rows import Delivery, Row

ONE_DAY = timedelta(days=1)
UNRATED = "(unrated)"


@dataclass(frozen=True)
class Costed:
    """What the SQL must say of one leg."""

    leg_type: str
    is_fallback: bool
    is_billable: bool
    rating_status: str
    matched_prefix: str | None = None
    rate_per_minute: Decimal | None = None
    billed_seconds: int | None = None
    total_cost: Decimal | None = None
    currency: str | None = None
    destination_region: str | None = None


class ReferenceRating:
    """Cards and contracts as delivered, asked leg by leg."""

    def __init__(self, deliveries: Sequence[Delivery], legs: Sequence[Row], *, is_finalizing: bool) -> None:
        self._cards = _latest(deliveries, "rate_cards", ("carrier_name", "prefix", "effective_date"))
        self._contracts = _latest(deliveries, "carrier_contracts", ("carrier_name", "effective_date"))
        self._legs = legs
        self._is_finalizing = is_finalizing

    def contract(self, carrier: str | None, day: date) -> dict[str, Any]:
        """The contract in force, or an empty one."""
        rows = [row for row in self._contracts if row["carrier_name"] == carrier]
        return _in_force(rows, day, lambda row: bool(row.get("expiry_is_inclusive"))) or {}

    def card(self, carrier: str, prefix: str, day: date) -> dict[str, Any] | None:
        """The card row of exactly this prefix in force."""
        rows = [row for row in self._cards if row["carrier_name"] == carrier and row["prefix"] == prefix]
        return _in_force(
            rows, day, lambda row: bool(self.contract(carrier, row["expiry_date"]).get("expiry_is_inclusive"))
        )

    def is_known(self, carrier: str | None, day: date) -> bool:
        """D12: some row of that carrier holds the day."""
        prefixes = {row["prefix"] for row in self._cards if row["carrier_name"] == carrier}
        return carrier != "UNKNOWN_CARRIER" and any(self.card(str(carrier), prefix, day) for prefix in prefixes)

    def longest(self, carrier: str, digits: str, day: date) -> dict[str, Any] | None:
        """D4: the row of the longest prefix of the number."""
        for length in range(len(digits), 0, -1):
            row = self.card(carrier, digits[:length], day)
            if row is not None:
                return row
        return None

    def leg_type(self, leg: Row) -> str:
        """D15."""
        if leg["call_type"] in ("monitor", "whisper"):
            return str(leg["call_type"])
        if leg["direction"] in ("internal", "inbound"):
            return str(leg["direction"])
        if not _is_outbound(leg):
            return "other"
        if leg["call_outcome"] != "answered":
            return "attempt"
        answered = [row for row in self._near(leg) if row["call_outcome"] == "answered"]
        first = min(answered, key=lambda row: (row["start_time_utc"], row["leg_id"]))
        return "primary" if first["leg_id"] == leg["leg_id"] else "transfer"

    def is_fallback(self, leg: Row) -> bool:
        """D15."""
        return self.leg_type(leg) in ("primary", "transfer") and any(
            row["call_outcome"] != "answered"
            and row["destination_digits"] == leg["destination_digits"] is not None
            and row["carrier_name"] != leg["carrier_name"]
            and row["start_time_utc"] <= leg["start_time_utc"]
            for row in self._near(leg)
        )

    def cost(self, leg: Row) -> Costed:
        """Everything that the SQL says of this leg."""
        day, carrier, billing = _day(leg), leg["carrier_name"], leg["billing_seconds"]
        leg_type, is_fallback, own = self.leg_type(leg), self.is_fallback(leg), self.contract(carrier, day)
        is_attempt = leg_type == "attempt" and bool(own.get("bills_attempts"))
        is_waited_for = leg["end_time_utc"] is None and not self._is_finalizing
        if is_waited_for or not (is_attempt or leg_type in ("primary", "transfer")):
            return Costed(leg_type, is_fallback, is_billable=False, rating_status="not_billable")
        is_known = self.is_known(carrier, day)
        priced_by = str(carrier) if is_known else "UNKNOWN_CARRIER"
        terms = self.contract(priced_by, day)
        row = self.longest(priced_by, leg["destination_digits"], day) if leg["destination_digits"] else None
        card = row or {}
        is_zero = not is_attempt and (billing is None or billing <= 0)
        seconds = 0 if is_attempt or is_zero else _billed_seconds(billing, card, terms)
        cost = None
        if is_attempt:
            cost = _rounded(Fraction(own.get("attempt_fee") or 0), own)
        elif row is not None and not is_zero:
            fee = _first(card, terms, "connection_fee", Decimal(0))
            cost = _rounded(Fraction(seconds) * Fraction(row["rate_per_minute"]) / 60 + Fraction(fee), terms)
        if not is_known:
            status = "unknown_carrier"
        elif is_zero:
            status = "zero_billing"
        else:
            status = "no_rate" if cost is None else "rated"
        return Costed(
            leg_type=leg_type,
            is_fallback=is_fallback,
            is_billable=True,
            rating_status=status,
            matched_prefix=card.get("prefix"),
            rate_per_minute=card.get("rate_per_minute"),
            billed_seconds=seconds,
            total_cost=cost,
            currency=_currency((own, card) if is_attempt else (card, terms, own)),
            destination_region=card.get("destination_region", UNRATED) if cost is not None else UNRATED,
        )

    def _near(self, leg: Row) -> list[Row]:
        """The outbound voip legs of the leg's call on its day and the day before."""
        days = (_day(leg), _day(leg) - ONE_DAY)
        return [
            row for row in self._legs if row["call_id"] == leg["call_id"] and _is_outbound(row) and _day(row) in days
        ]


def _billed_seconds(billing: int, card: Row, terms: Row) -> int:
    pair_of = next((row for row in (card, terms) if row.get("increment_seconds") is not None), {})
    initial, step = pair_of.get("initial_increment_seconds", 1), pair_of.get("increment_seconds", 1)
    seconds = max(billing, _first(card, terms, "minimum_seconds", 0))
    if terms.get("increment_rule") == "absolute":
        return int(max(initial, ceil(Fraction(seconds, step)) * step))
    return int(initial + ceil(Fraction(max(0, seconds - initial), step)) * step)


def _rounded(charge: Fraction, terms: Row) -> Decimal:
    decimals = terms.get("rounding_decimals")
    decimals = 6 if decimals is None else decimals
    scaled = charge * 10**decimals
    mode = terms.get("rounding_mode") or "half_up"
    units = {"up": ceil(scaled), "down": floor(scaled), "half_up": floor(scaled + Fraction(1, 2))}[mode]
    return Decimal(units).scaleb(-decimals)


def _currency(sources: Sequence[Row]) -> str:
    """D7, D15: the first that states one. An attempt's fee is its own carrier's, and so is the currency of it."""
    return next((str(row["currency"]) for row in sources if row.get("currency")), "USD")


def _first(card: Row, terms: Row, name: str, otherwise: Any) -> Any:
    return next((row[name] for row in (card, terms) if row.get(name) is not None), otherwise)


def _in_force(rows: list[dict[str, Any]], day: date, is_inclusive: Any) -> dict[str, Any] | None:
    begun = [row for row in rows if row["effective_date"] <= day]
    if not begun:
        return None
    row = max(begun, key=lambda row: row["effective_date"])
    expiry = row.get("expiry_date")
    if expiry is None or day < expiry or (day == expiry and is_inclusive(row)):
        return row
    return None


def _latest(deliveries: Sequence[Delivery], kind: str, key: tuple[str, ...]) -> list[dict[str, Any]]:
    latest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for delivery in sorted(deliveries, key=lambda delivery: delivery.received_at_utc):
        if delivery.kind == kind:
            latest |= {tuple(row[name] for name in key): dict(row) for row in delivery.rows}
    return [row for row in latest.values() if row.get("expiry_date") != row["effective_date"]]


def _is_outbound(leg: Row) -> bool:
    return leg["call_type"] == "voip" and leg["direction"] == "outbound"


def _day(leg: Row) -> date:
    start: datetime = leg["start_time_utc"]
    return start.date()
