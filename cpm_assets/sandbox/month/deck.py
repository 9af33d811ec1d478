"""The rate cards of the month's carriers: nested prefixes, so that a parent's rate is another one, and two windows.

Rows and which one prices a number. Terms other than the rate are the contracts' (`carriers.py`).
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from cpm_assets.sandbox.decks import RateRow
from cpm_assets.sandbox.month.carriers import DOGWOOD, MONTH_CARRIERS, PRICE_CHANGE, MonthCarrier

_EFFECTIVE = date(2026, 1, 1)
# (prefix, region, price in 10^-5, share of calls); the longest prefix wins (D4). Numbers below are built on the ones
# with a share.
PREFIXES = (
    ("12", "United States", 620, 8),
    ("1212", "New York", 835, 10),
    ("1212555", "New York premium", 2470, 4),
    ("13", "United States", 655, 5),
    ("1312", "Chicago", 915, 8),
    ("14", "United States", 590, 6),
    ("1415", "San Francisco", 1185, 12),
    ("14155", "San Francisco north", 1465, 6),
    ("44", "United Kingdom", 1130, 8),
    ("447", "United Kingdom mobile", 2715, 9),
    ("44770", "United Kingdom mobile east", 4125, 7),
    ("49", "Germany", 1365, 7),
    ("4915", "Germany mobile", 3345, 6),
    ("33", "France", 1245, 4),
)
_REPRICED = ("1415", "447")


def _rate(price: int, carrier: MonthCarrier, thousandths: int = 1000) -> Decimal:
    exact = Decimal(price * carrier.level * thousandths).scaleb(-11)
    return exact.quantize(Decimal("0.00001"), ROUND_HALF_UP)


@lru_cache(maxsize=1)
def month_rate_rows() -> tuple[RateRow, ...]:
    """Every row of every carrier's card. Dogwood's dearer rates of two prefixes begin in the middle of the month."""
    rows = []
    for carrier in MONTH_CARRIERS:
        for prefix, region, price, _ in PREFIXES:
            rows.append(RateRow(carrier.name, prefix, region, _rate(price, carrier), _EFFECTIVE))
            if carrier is DOGWOOD and prefix in _REPRICED:
                rows.append(RateRow(carrier.name, prefix, region, _rate(price, carrier, 1230), PRICE_CHANGE))
    return tuple(rows)


@lru_cache(maxsize=1)
def _cards() -> dict[tuple[str, str], list[RateRow]]:
    cards: dict[tuple[str, str], list[RateRow]] = {}
    for row in sorted(month_rate_rows(), key=lambda row: row.effective, reverse=True):
        cards.setdefault((row.carrier, row.prefix), []).append(row)
    return cards


def row_of_prefix(carrier: str, prefix: str, day: date) -> RateRow | None:
    """The carrier's row of exactly that prefix that is in force on a UTC day."""
    return next((row for row in _cards().get((carrier, prefix), ()) if row.effective <= day), None)


def row_of_number(carrier: str, digits: str, day: date) -> RateRow:
    """The row that prices a number on a UTC day: the longest prefix in force (D2, D4).

    Raises LookupError: the month calls no number without a price.
    """
    for length in range(len(digits), 1, -1):
        row = row_of_prefix(carrier, digits[:length], day)
        if row is not None:
            return row
    raise LookupError(f"{carrier} has no price for {digits}")


def parent_row(row: RateRow, day: date) -> RateRow:
    """The row of the next shorter prefix. Raises LookupError where there is none."""
    return row_of_number(row.carrier, row.prefix[:-1], day)
