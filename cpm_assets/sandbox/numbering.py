"""Real prefixes and place names of the numbering plans, taken from the `phonenumbers` package's data.

Only which prefix belongs to which place and region, and which numbers may be called. Prices are in `decks.py`.
The package's data take half a second and 90 MB to load, so they are imported once, when first needed.
"""

from dataclasses import dataclass
from functools import lru_cache

from cpm_assets.sandbox.countries import CARIBBEAN_AREAS, COUNTRIES, NANP_REGIONS

# The longest prefixes that the decks have; the data have longer ones, mostly of mobile networks.
LONGEST_PREFIX = 8

_CODES = frozenset(("1", *(country.code for country in COUNTRIES)))
_STATE_OF_ABBREVIATION = {
    "CA": "California",
    "FL": "Florida",
    "IL": "Illinois",
    "NY": "New York",
    "ON": "Ontario",
    "PA": "Pennsylvania",
    "QC": "Quebec",
    "TX": "Texas",
}
_OTHER_CANADA = (
    "Alberta",
    "British Columbia",
    "British Colombia",  # so spelled for one area in the package's data
    "Manitoba",
    "New Brunswick",
    "Newfoundland and Labrador",
    "Northwest Territories/Nunavut/Yukon",
    "Nova Scotia/Prince Edward Island",
    "Saskatchewan",
)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where calls go: digits before the random ones, how many are random, the place's name, its country and region."""

    stem: str
    random_digits: int
    location: str
    country_code: str
    region: str
    weight: float


@lru_cache(maxsize=1)
def places() -> dict[str, str]:
    """English place name by international prefix (digits), for the countries of the sandbox; sorted by prefix."""
    from phonenumbers.geodata import GEOCODE_DATA  # here, because it takes half a second

    found = [
        (prefix, names["en"])
        for prefix, names in GEOCODE_DATA.items()
        if 1 < len(prefix) <= LONGEST_PREFIX
        and (prefix[0] in _CODES or prefix[:2] in _CODES or prefix[:3] in _CODES)
        and "en" in names
    ]
    return dict(sorted(found))


@lru_cache(maxsize=1)
def prefixes_by_country() -> dict[str, tuple[str, ...]]:
    """The prefixes of `places`, sorted, by calling code."""
    found: dict[str, list[str]] = {}
    for prefix in places():
        found.setdefault(country_code_of(prefix), []).append(prefix)
    return {code: tuple(prefixes) for code, prefixes in found.items()}


@lru_cache(maxsize=1)
def nanp_areas() -> dict[str, str]:
    """Region by area code (four digits with the leading 1) of the North American Numbering Plan."""
    areas = {}
    for prefix, name in places().items():
        if prefix[0] == "1" and len(prefix) == 4:
            last = name.split(", ")[-1]
            state = _STATE_OF_ABBREVIATION.get(last, last)
            if state in _OTHER_CANADA:
                state = "Canada (other)"
            areas[prefix] = state if state in NANP_REGIONS else "United States (other)"
    for prefix in CARIBBEAN_AREAS:
        areas[prefix] = "Caribbean"
    return areas


def country_code_of(digits: str) -> str:
    """The ITU calling code of an international number or prefix (digits). Raises LookupError for other countries."""
    for length in (1, 2, 3):
        if digits[:length] in _CODES:
            return digits[:length]
    raise LookupError(f"{digits} is in no country of the sandbox")


def location_of(digits: str, otherwise: str) -> str:
    """The place's name by the longest prefix that has one."""
    known = places()
    for length in range(len(digits), 1, -1):
        if digits[:length] in known:
            return known[digits[:length]]
    return otherwise


@lru_cache(maxsize=1)
def destinations() -> tuple[Destination, ...]:
    """Everything that can be called, in a fixed order; a region's weight is shared by its patterns."""
    found = []
    areas = nanp_areas()
    for region, (weight, _) in NANP_REGIONS.items():
        own = sorted(area for area, of in areas.items() if of == region)
        for area in own:
            # 555-0100 to 555-0199 are set aside for fiction in every area of the plan.
            place = location_of(area, region)
            found.append(Destination(f"{area}55501", 2, place, "1", region, weight / len(own)))
    for country in COUNTRIES:
        mobile_share = 0.35 if country.mobile_patterns else 0.0
        for patterns, region, share in (
            (country.patterns, country.region, 1 - mobile_share),
            (country.mobile_patterns, country.mobile_region, mobile_share),
        ):
            for pattern in patterns:
                stem = pattern.rstrip("x")
                place = region if region == country.mobile_region else location_of(stem, region)
                digits = len(pattern) - len(stem)
                weight_of_each = country.weight * share / len(patterns)
                found.append(Destination(stem, digits, place, country.code, region, weight_of_each))
    return tuple(found)
