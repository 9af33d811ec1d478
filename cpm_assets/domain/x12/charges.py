"""The charges of an 811 that are not calls: taxes, allowances and charges, usage, items.

One function a segment; each returns a `Charge`, or None when the segment adds nothing to the invoice (a price given
for information, or included in another). Raises `BadValue`, naming the element, for one that may add something and
cannot be read. Call detail is in `call_detail.py`.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from cpm_assets.domain.field_values import BadValue, shortened
from cpm_assets.domain.x12 import element_values as read


class Charge(NamedTuple):
    """`kind` is `tax` or `fee`; `amount` in the invoice's currency, negative for an allowance; `text` as stated."""

    kind: str
    amount: Decimal
    text: str


_SIGNS = {"": 1, "A": 1, "D": -1, "I": 0, "O": 0}
"""Relationship code (element 662): added, deleted (taken off), included elsewhere, for information only."""

_ALLOWANCE_SIGNS = {"A": -1, "C": 1, "N": 0}
"""ITA01: allowance, charge, neither."""

_FOR_INFORMATION = "15"
"""ITA04, how the allowance or charge is handled: information only."""


def element(segment: list[str], number: int) -> str:
    """An element without blanks around it, empty where the segment ends before it."""
    return segment[number].strip() if number < len(segment) else ""


def sign_of(relationship: str) -> int:
    """1, -1, or 0 for an amount that adds nothing. Raises `BadValue` for a code that leaves it open."""
    sign = _SIGNS.get(relationship)
    if sign is None:
        raise BadValue(f"relationship code {shortened(relationship)} is not A, D, I or O: does the amount count?")
    return sign


def tax(txi: list[str]) -> Charge | None:
    """TXI: 01 type, 02 amount, 05 jurisdiction, 07 relationship. Without an amount it names a rate or exemption."""
    kind, stated, jurisdiction, relationship = (element(txi, number) for number in (1, 2, 5, 7))
    sign = sign_of(relationship)
    if not sign or not stated:
        return None
    return Charge("tax", sign * _read("TXI02", read.amount, stated), _words("tax", kind, jurisdiction))


def allowance_or_charge(ita: list[str]) -> Charge | None:
    """ITA: 01 which, 04 handling, 06 rate, 07 total in cents (takes precedence), 10 quantity, 13 text, 16 relation."""
    indicator, handling, rate, total, quantity = (element(ita, number) for number in (1, 4, 6, 7, 10))
    sign = _ALLOWANCE_SIGNS.get(indicator)
    if sign is None:
        raise BadValue(f"ITA01 is {shortened(indicator)}, neither allowance (A) nor charge (C)")
    sign *= sign_of(element(ita, 16))
    if not sign or handling == _FOR_INFORMATION:
        return None
    text = _words("allowance" if indicator == "A" else "charge", element(ita, 3), element(ita, 13))
    if total:
        return Charge("fee", sign * _read("ITA07", read.cents, total), text)
    return Charge("fee", sign * _product("ITA06", rate, "ITA10", quantity), text)


def usage(usd: list[str]) -> Charge | None:
    """USD: 01 relationship, 02 id, 03 rate, 06 quantity, 08 amount (takes precedence), 09 discount in cents."""
    sign = sign_of(element(usd, 1))
    if not sign:
        return None
    rate, quantity, second_quantity, stated, discount = (element(usd, number) for number in (3, 6, 7, 8, 9))
    text = _words("usage", element(usd, 2))
    if stated:
        return Charge("fee", sign * _read("USD08", read.amount, stated), text)
    if rate:
        if second_quantity:
            raise BadValue("USD07 is a second quantity, and no amount says how the rate applies to both")
        return Charge("fee", sign * _product("USD03", rate, "USD06", quantity), text)
    if discount:
        return Charge("fee", -sign * _read("USD09", read.cents, discount), _words("usage discount", element(usd, 2)))
    raise BadValue("USD states neither amount (08) nor rate (03)")


def item(it1: list[str]) -> Charge | None:
    """IT1, a service billed as a whole: 01 id, 02 quantity, 04 unit price. Without a price it is only a heading."""
    quantity, price = element(it1, 2), element(it1, 4)
    if not price:
        return None
    return Charge("fee", _product("IT104", price, "IT102", quantity), _words("item", element(it1, 1), element(it1, 7)))


def sub_item(sln: list[str]) -> Charge | None:
    """SLN, a part of an item: 01 id, 03 relationship of the part, 04 quantity, 06 unit price, 08 of the price."""
    quantity, price = element(sln, 4), element(sln, 6)
    sign = sign_of(element(sln, 8) or element(sln, 3))
    if not price or not sign:
        return None
    return Charge("fee", sign * _product("SLN06", price, "SLN04", quantity), _words("item", element(sln, 1)))


CHARGES: dict[str, Callable[[list[str]], Charge | None]] = {
    "TXI": tax,
    "ITA": allowance_or_charge,
    "USD": usage,
    "IT1": item,
    "SLN": sub_item,
}
"""By the segment's name."""


def _words(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _read(name: str, reader: Callable[[str], Decimal], text: str) -> Decimal:
    try:
        return reader(text)
    except BadValue as bad:
        raise BadValue(f"{name} {bad}") from None


def _product(price_name: str, price: str, quantity_name: str, quantity: str) -> Decimal:
    shown = f"{price} x {quantity or '(no quantity)'}"
    value = _read(price_name, read.number, price) * _read(quantity_name, read.number, quantity)
    return read.exact_amount(value, shown)
