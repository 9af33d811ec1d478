"""The carriers' rate cards: what each charges for which prefix, and from when.

Rows as values; how they are laid out in a file is in `inbox.py`, how a leg is priced from them in `pricing.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from random import Random

from cpm_assets.sandbox.carriers import CARRIERS, NORTHWIND, UNKNOWN, Carrier
from cpm_assets.sandbox.countries import COUNTRIES, NANP_REGIONS
from cpm_assets.sandbox.numbering import nanp_areas, places
from cpm_assets.sandbox.organization import CARDS_SINCE, PRICE_CHANGE_DAY, Organization

_AREA_DIGITS = 5
_LONGEST_DIGITS = 8
_UNKNOWN_PREFIXES = {"44": "United Kingdom", "49": "Germany", "33": "France", "61": "Australia"}


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row of a rate card; `prefix` is international (digits), the window `[effective, expiry)` (D2), UTC days.

    The optional terms are None where the row leaves them to the contract (D7).
    """

    carrier: str
    prefix: str
    region: str
    rate: Decimal
    effective: date
    expiry: date | None = None
    country_code: str = ""
    connection_fee: Decimal | None = None
    initial_seconds: int | None = None
    step_seconds: int | None = None
    minimum_seconds: int | None = None


def _priced_prefixes(carrier: Carrier) -> Iterator[tuple[str, str, str, Decimal]]:
    """(country code, prefix, region, base price in USD) of everything in a carrier's deck, nested prefixes included."""
    # "1" alone is no prefix (D4 wants two digits), so the rest of the North American plan is ten broad rows.
    for digit in "23456789":
        region = "United States (other)"
        yield "1", f"1{digit}", region, NANP_REGIONS[region][1]
    areas = nanp_areas()
    for area, region in sorted(areas.items()):
        yield "1", area, region, NANP_REGIONS[region][1]
        if carrier is NORTHWIND and region in ("California", "New York", "Texas"):
            yield "1", f"{area}555", region, NANP_REGIONS[region][1] * 2
    for country in COUNTRIES:
        if country.code in carrier.lacks_countries:
            continue
        if carrier.national_form:  # a national prefix cannot be empty
            for digit in "0123456789":
                yield country.code, f"{country.code}{digit}", country.region, country.price
        else:
            yield country.code, country.code, country.region, country.price
        for prefix in country.mobile_prefixes:
            yield country.code, prefix, country.mobile_region, country.mobile_price
    codes = {country.code: country for country in COUNTRIES if country.code not in carrier.lacks_countries}
    for prefix in places():
        if prefix[0] == "1":
            area = prefix[:4]
            if len(prefix) > 4 and area in areas and "1" in carrier.long_prefixes and area[1] in "246":
                yield "1", prefix, areas[area], NANP_REGIONS[areas[area]][1]
            continue
        code = next((prefix[:length] for length in (2, 3) if prefix[:length] in codes), None)
        if code is None or prefix.startswith(codes[code].mobile_prefixes or ("-",)):
            continue
        longest = _LONGEST_DIGITS if code in carrier.long_prefixes else _AREA_DIGITS
        if code == "61":
            longest -= 2  # Australia's 60,000 prefixes would be most of the deck
        if len(code) < len(prefix) <= longest:
            yield code, prefix, codes[code].region, codes[code].price


def _rate(base: Decimal, level: Decimal, rng: Random) -> Decimal:
    """A price near the base, four to six decimals as carriers write them."""
    exact = base * level * Decimal(rng.randrange(850, 1150)) / 1000
    return exact.quantize(Decimal(1).scaleb(-rng.choice((4, 5, 5, 6))), ROUND_HALF_UP)


@lru_cache(maxsize=8)
def rate_rows(organization: Organization) -> tuple[tuple[RateRow, ...], tuple[RateRow, ...]]:
    """All rate rows, by delivery: the first files, and the second ones with the prices of `PRICE_CHANGE_DAY`."""
    first: list[RateRow] = []
    second: list[RateRow] = []
    for carrier in CARRIERS:
        rng = Random(f"{organization.seed}:deck:{carrier.name}")
        seen = set()
        for code, prefix, region, base in _priced_prefixes(carrier):
            if prefix in seen:
                continue
            seen.add(prefix)
            rate = Decimal(0) if region in carrier.free_regions else _rate(base, carrier.price_level, rng)
            own_terms = _own_terms(carrier, region)
            changes = carrier.reprices and len(prefix) <= _AREA_DIGITS
            # Half of the old prices state the day they end, the other half leave it to the next effective date (D2).
            expiry = PRICE_CHANGE_DAY if changes and rng.random() < 0.5 else None
            first.append(RateRow(carrier.name, prefix, region, rate, CARDS_SINCE, expiry, code, *own_terms))
            if changes:
                dearer = _rate(base, carrier.price_level * Decimal("1.18"), rng)
                second.append(RateRow(carrier.name, prefix, region, dearer, PRICE_CHANGE_DAY, None, code, *own_terms))
    rng = Random(f"{organization.seed}:deck:{UNKNOWN.name}")
    for digit in "23456789":
        region = "United States (other)"
        rate = _rate(NANP_REGIONS[region][1], UNKNOWN.price_level, rng)
        first.append(RateRow(UNKNOWN.name, f"1{digit}", region, rate, CARDS_SINCE, None, "1"))
    for country in COUNTRIES:
        if country.code in _UNKNOWN_PREFIXES:
            rate = _rate(country.price, UNKNOWN.price_level, rng)
            first.append(RateRow(UNKNOWN.name, country.code, country.region, rate, CARDS_SINCE, None, country.code))
    return tuple(first), tuple(second)


def _own_terms(carrier: Carrier, region: str) -> tuple[Decimal | None, int | None, int | None, int | None]:
    """(connection fee, initial, step, minimum seconds) where a row has terms of its own (D7: a 0 is a value)."""
    if carrier is NORTHWIND and region == "United Kingdom mobile":
        return None, 1, 1, None
    if region == "Mexico" and carrier.minimum_seconds:
        return Decimal(0), 60, 60, 0
    if region == "Caribbean":
        return None, None, None, 30
    return None, None, None, None
