"""The five carriers of the month with faults: what their contracts say, and what they do instead.

Only who they are. Rates are in `deck.py`; who calls whom in `calls.py`; what is put on an invoice in `billing.py`.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from cpm_assets.sandbox.pricing import billed_seconds, charge

_ROUNDING = {"half_up": ROUND_HALF_UP, "up": ROUND_UP, "down": ROUND_DOWN}


@dataclass(frozen=True, slots=True)
class Terms:
    """How seconds become money (D7, D9). `scope`: the whole `call` is rounded, or each `increment` by itself."""

    initial: int = 1
    step: int = 1
    rule: str = "relative"
    minimum: int = 0
    fee: Decimal = Decimal(0)
    mode: str = "half_up"
    decimals: int = 6
    scope: str = "call"

    def seconds(self, seconds: int) -> int:
        """Billed seconds for a duration."""
        return billed_seconds(seconds, self.initial, self.step, self.minimum, self.rule)

    def money(self, billed: int, rate: Decimal) -> Decimal:
        """The charge for so many billed seconds at a rate per minute."""
        if self.scope == "call":
            return charge(billed, rate, self.fee, self.decimals, self.mode)
        steps, rest = divmod(billed - self.initial, self.step)
        if rest:
            raise ValueError(f"{billed} s are not {self.initial} s and whole steps of {self.step} s")
        nothing = Decimal(0)
        first, each = (
            charge(seconds, rate, nothing, self.decimals, self.mode) for seconds in (self.initial, self.step)
        )
        fee = self.fee.quantize(Decimal(1).scaleb(-self.decimals), _ROUNDING[self.mode])
        return first + steps * each + fee


@dataclass(frozen=True, slots=True)
class Breach:
    """What a carrier does against its contract from `since` on (a date of its own clock, as it writes it).

    `kind` is a fault's name (see `month.py`). `prefix`: only calls that the held card prices by that row; else all.
    `billed` and `held` are the terms in words: `60/60` and `6/6`.
    """

    carrier: str
    kind: str
    since: date
    held: str
    billed: str
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class MonthCarrier:
    """A carrier: its contract, and how its clock and its billing really are.

    A line's start is the call's, plus `offset_seconds`, plus or minus up to `jitter_seconds`, in `clock_zone`; the
    contract says `contract_zone`. `level` is the price level in thousandths.
    """

    name: str
    currency: str
    held: Terms
    contract_zone: str
    clock_zone: str
    offset_seconds: int
    jitter_seconds: int
    level: int
    breach: Breach
    states_minutes: bool = True
    states_rate: bool = False
    writes_instants: bool = False
    national_numbers: bool = False

    def terms_on(self, day: date) -> Terms:
        """The terms by which it bills a call that it dates so."""
        if day < self.breach.since:
            return self.held
        match self.breach.kind:
            case "increments":
                return replace(self.held, initial=60, step=60)
            case "decimals":
                return replace(self.held, decimals=2)
            case "each_increment":
                return replace(self.held, scope="increment")
        return self.held


PRICE_CHANGE = date(2026, 10, 15)
_FROM_THE_START = date(2026, 9, 1)

ALDER = MonthCarrier(
    "Alder Voice", "USD", Terms(6, 6), "America/New_York", "America/New_York", 0, 3, 1000,
    Breach("Alder Voice", "increments", date(2026, 10, 3), "6/6", "60/60"),
)  # fmt: skip
BIRCH = MonthCarrier(
    "Birch Netz", "EUR", Terms(30, 6), "Europe/Berlin", "Europe/Berlin", -47, 1, 930,
    Breach("Birch Netz", "decimals", _FROM_THE_START, "6 decimals", "2 decimals"),
    states_rate=True,
)  # fmt: skip
CEDAR = MonthCarrier(
    "Cedar Carrier", "USD", Terms(6, 6, decimals=4), "UTC", "America/Chicago", 0, 1, 1110,
    Breach("Cedar Carrier", "each_increment", _FROM_THE_START, "rounded once", "each increment rounded"),
)  # fmt: skip
DOGWOOD = MonthCarrier(
    "Dogwood Tel", "USD", Terms(minimum=30, fee=Decimal("0.005")), "America/Los_Angeles", "America/Los_Angeles", 0, 1,
    1040, Breach("Dogwood Tel", "stale_rate", PRICE_CHANGE, "rate since 2026-10-15", "rate before it", "447"),
    national_numbers=True,
)  # fmt: skip
ELM = MonthCarrier(
    "Elm Global", "USD", Terms(30, 6, decimals=4, mode="up"), "UTC", "UTC", 0, 1, 970,
    Breach("Elm Global", "parent_rate", _FROM_THE_START, "rate of 44770", "rate of 447", "44770"),
    states_minutes=False,
    writes_instants=True,
)  # fmt: skip

MONTH_CARRIERS = (ALDER, BIRCH, CEDAR, DOGWOOD, ELM)
