"""What a leg costs, in plain Python and decimals: the sandbox carriers' own billing, and an independent reference.

Knows the rules D2, D4, D7, D9, D12 and D15 (billed attempts) and the sandbox's decks and contracts, nothing else. It
shares no code with the pipeline on purpose: two readings of the same rules that agree are evidence.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from functools import lru_cache

from cpm_assets.sandbox.carriers import CONTRACTS, UNKNOWN_CARRIER, Carrier
from cpm_assets.sandbox.decks import RateRow, rate_rows
from cpm_assets.sandbox.legs import Leg
from cpm_assets.sandbox.organization import Organization

_ROUNDING = {"half_up": ROUND_HALF_UP, "up": ROUND_UP, "down": ROUND_DOWN}
_CONTRACT = {contract.name: contract for contract in CONTRACTS}
UNRATED_REGION = "(unrated)"


@dataclass(frozen=True, slots=True)
class Price:
    """What a billable leg costs. `charge` is in `currency`, None where there is no rate; seconds are billed ones."""

    rating_status: str
    region: str
    matched_prefix: str | None
    rate: Decimal | None
    billed_seconds: int
    charge: Decimal | None
    currency: str

    @property
    def billed_minutes(self) -> Decimal:
        return minutes(self.billed_seconds)


def minutes(seconds: int) -> Decimal:
    """Seconds as minutes, six decimals half up (D8)."""
    return (Decimal(seconds) / 60).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def billed_seconds(seconds: int, initial: int, step: int, minimum: int, rule: str) -> int:
    """The seconds a carrier bills for a leg of so many (D7)."""
    if seconds <= 0:
        return 0
    floor = max(seconds, minimum)
    if rule == "absolute":
        return max(initial, -(-floor // step) * step)
    return initial + -(-max(0, floor - initial) // step) * step


def charge(seconds: int, rate: Decimal, fee: Decimal, decimals: int, mode: str) -> Decimal:
    """The money for so many billed seconds, rounded once (D9)."""
    unit = Decimal(1).scaleb(-decimals)
    whole, rest = divmod((Decimal(seconds) * rate + 60 * fee), 60 * unit)
    # Division would round at the context's precision; whole units and an exact remainder do not.
    if mode == "up":
        whole += rest > 0
    elif mode == "half_up":
        whole += 2 * rest >= 60 * unit
    return whole * unit


def price_of_answered(organization: Organization, leg: Leg, own_seconds: int) -> Price:
    """The price of an answered outbound leg with that `billingDuration` (seconds)."""
    digits = (leg.number or "").lstrip("+")
    day = leg.start.date()
    name = leg.carrier or ""
    is_known = _has_card(organization, name)
    contract = _CONTRACT[name if is_known else UNKNOWN_CARRIER]
    row = matched_row(organization, contract.name, digits, day)
    status = "rated" if is_known and row else "no_rate" if is_known else "unknown_carrier"
    initial, step, minimum, fee = _terms(contract, row)
    seconds = billed_seconds(own_seconds, initial, step, minimum, contract.increment_rule)
    if row is None:
        return Price(status, UNRATED_REGION, None, None, seconds, None, contract.currency)
    money = charge(seconds, row.rate, fee, contract.rounding_decimals, contract.rounding_mode)
    return Price(status, row.region, row.prefix, row.rate, seconds, money, contract.currency)


def charge_of_seconds(organization: Organization, leg: Leg, seconds: int) -> Decimal | None:
    """What the leg would cost for so many billed seconds, all else as agreed; None where there is no rate."""
    contract = _CONTRACT[leg.carrier or ""]
    row = matched_row(organization, contract.name, (leg.number or "").lstrip("+"), leg.start.date())
    if row is None:
        return None
    fee = _terms(contract, row)[3]
    return charge(seconds, row.rate, fee, contract.rounding_decimals, contract.rounding_mode)


def price_of_attempt(organization: Organization, leg: Leg) -> Price | None:
    """The price of an unanswered outbound leg, None if its carrier doesn't bill attempts (D15)."""
    contract = _CONTRACT.get(leg.carrier or "")
    if contract is None or not contract.bills_attempts:
        return None
    fee = contract.attempt_fee.quantize(
        Decimal(1).scaleb(-contract.rounding_decimals), _ROUNDING[contract.rounding_mode]
    )
    row = matched_row(organization, contract.name, (leg.number or "").lstrip("+"), leg.start.date())
    region, prefix = (row.region, row.prefix) if row else (UNRATED_REGION, None)
    return Price("rated", region, prefix, row.rate if row else None, 0, fee, contract.currency)


def price(organization: Organization, leg: Leg, own_seconds: int | None = None) -> Price | None:
    """The price of a leg with its true figures (or another `billingDuration`); None if it is not billable."""
    if leg.is_answered_outbound:
        return price_of_answered(organization, leg, leg.billing_seconds if own_seconds is None else own_seconds)
    if leg.call_type == "voip" and leg.direction == "outbound":
        return price_of_attempt(organization, leg)
    return None


def matched_row(organization: Organization, carrier: str, digits: str, day: date) -> RateRow | None:
    """The row of the longest prefix inside one carrier's card whose window holds the UTC day (D2, D4)."""
    card = _cards(organization)[carrier]
    for length in range(len(digits), 0, -1):
        for row in card.get(digits[:length], ()):
            if row.effective <= day:  # the latest effective date comes first
                if row.expiry is None or day < row.expiry:
                    return row
                break
    return None


def _has_card(organization: Organization, carrier: str) -> bool:
    # Every sandbox card holds every day that can be asked for, so the window of D12 need not be looked at.
    return carrier != UNKNOWN_CARRIER and carrier in _cards(organization)


def _terms(contract: Carrier, row: RateRow | None) -> tuple[int, int, int, Decimal]:
    """(initial, step, minimum seconds, connection fee): the pair from the row or the contract, the others singly."""
    initial, step = contract.initial_seconds, contract.step_seconds
    minimum, fee = contract.minimum_seconds, contract.connection_fee
    if row is not None:
        if row.initial_seconds is not None and row.step_seconds is not None:
            initial, step = row.initial_seconds, row.step_seconds
        minimum = minimum if row.minimum_seconds is None else row.minimum_seconds
        fee = fee if row.connection_fee is None else row.connection_fee
    return initial, step, minimum, fee


@lru_cache(maxsize=4)
def _cards(organization: Organization) -> dict[str, dict[str, list[RateRow]]]:
    cards: dict[str, dict[str, list[RateRow]]] = {}
    for row in sorted((row for rows in rate_rows(organization) for row in rows), key=lambda row: row.effective):
        cards.setdefault(row.carrier, {}).setdefault(row.prefix, []).insert(0, row)
    return cards
