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
from cpm_assets.sandbox.numbering import LONGEST_PREFIX, nanp_areas, prefixes_by_country
from cpm_assets.sandbox.organization import CARDS_SINCE, PRICE_CHANGE_DAY, Organization

_AREA_DIGITS = 5
# Australia's 42,000 prefixes of eight digits would be most of the deck.
_LONGEST_DIGITS = {"61": 6}
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
    # "1" alone is no prefix (D4 wants two digits), so the rest of the North American plan is eight broad rows.
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
        for prefix in country.mobile_prefixes:
            yield country.code, prefix, country.mobile_region, country.mobile_price
        if carrier.national_form:
            # A national prefix cannot be empty, so a country is its ten first digits (some are mobile, see above).
            for digit in "0123456789":
                yield country.code, f"{country.code}{digit}", country.region, country.price
        else:
            yield country.code, country.code, country.region, country.price
        longest = _LONGEST_DIGITS.get(country.code, LONGEST_PREFIX)
        longest = longest if country.code in carrier.long_prefixes else _AREA_DIGITS
        for prefix in prefixes_by_country().get(country.code, ()):
            if len(country.code) < len(prefix) <= longest and not prefix.startswith(country.mobile_prefixes):
                yield country.code, prefix, country.region, country.price
    if "1" in carrier.long_prefixes:
        for prefix in prefixes_by_country()["1"]:
            # A part of the 31,000 exchanges is enough of a deck.
            if len(prefix) > 4 and prefix[1] in "246" and prefix[:4] in areas:
                region = areas[prefix[:4]]
                yield "1", prefix, region, NANP_REGIONS[region][1]


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
