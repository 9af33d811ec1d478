"""The countries the sandbox calls: weight in traffic, price level, and numbers that can ring nobody.

Numbers are patterns in which every x becomes a random digit. Where a regulator has set numbers aside for fiction (North
America, United Kingdom, Germany, France, Australia, Ireland, Sweden) those are used; elsewhere the subscriber part
begins with 0 or 000, which the national plans do not assign. North American patterns are made in `numbering.py`.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Country:
    """A country code with its region's name, base price in USD per minute, and number patterns by network."""

    code: str
    region: str
    weight: int
    price: Decimal
    patterns: tuple[str, ...]
    mobile_price: Decimal = Decimal(0)
    mobile_prefixes: tuple[str, ...] = ()
    mobile_patterns: tuple[str, ...] = ()

    @property
    def mobile_region(self) -> str:
        return f"{self.region} mobile"


def _country(
    code: str, region: str, weight: int, price: str, fixed: str, mobile_price: str = "0", prefixes: str = "",
    mobile: str = "",
) -> Country:  # fmt: skip
    return Country(
        code, region, weight, Decimal(price), tuple(fixed.split()), Decimal(mobile_price), tuple(prefixes.split()),
        tuple(mobile.split()),
    )  # fmt: skip


COUNTRIES = (
    _country(
        "44",
        "United Kingdom",
        90,
        "0.0072",
        "441134960xxx 441144960xxx 441174960xxx 441214960xxx 441314960xxx 441414960xxx 441514960xxx 441614960xxx "
        "442079460xxx 441632960xxx",
        "0.0240",
        "447",
        "447700900xxx",
    ),
    _country(
        "49",
        "Germany",
        110,
        "0.0090",
        "493023125xxx 496990009xxx 494066969xxx 492214710xxx 498999998xxx",
        "0.0310",
        "4915 4916 4917",
        "4917139200xx 4917139201xx",
    ),
    _country(
        "33",
        "France",
        60,
        "0.0085",
        "3319900xxxx 3326191xxxx 3335301xxxx 3346571xxxx 3353649xxxx",
        "0.0280",
        "336 337",
        "3363998xxxx",
    ),
    _country(
        "61",
        "Australia",
        30,
        "0.0140",
        "6125550xxxx 6127010xxxx 6135550xxxx 6175550xxxx 6185550xxxx",
        "0.0390",
        "614",
        "61491570xxx",
    ),
    _country("353", "Ireland", 12, "0.0110", "3532091xxxxx"),
    _country("46", "Sweden", 14, "0.0095", "463139006xx 464062804xx 468465004xx", "0.0260", "467", "467017406xx"),
    _country("31", "Netherlands", 22, "0.0088", "31200xxxxxx 31100xxxxxx", "0.0330", "316", "316000xxxxx"),
    _country("34", "Spain", 20, "0.0097", "3491000xxxx 3493000xxxx", "0.0300", "346", "3460000xxxx"),
    _country("39", "Italy", 20, "0.0105", "39060xxxxxx 39020xxxxxx", "0.0360", "393", "393000xxxxxx"),
    _country("41", "Switzerland", 16, "0.0190", "41440xxxxxx 41220xxxxxx"),
    _country("43", "Austria", 18, "0.0125", "4310xxxxxxx 433160xxxxx"),
    _country("32", "Belgium", 12, "0.0115", "3220xxxxxx"),
    _country("48", "Poland", 12, "0.0120", "48220xxxxxx"),
    _country("81", "Japan", 20, "0.0260", "8130xxxxxxx 8160xxxxxxx", "0.0850", "8190", "81900xxxxxxx"),
    _country("91", "India", 24, "0.0110", "91110xxxxxxx 91220xxxxxxx", "0.0130", "919", "9190000xxxxx"),
    _country("55", "Brazil", 18, "0.0150", "55110xxxxxxx 55210xxxxxxx", "0.0460", "55119 55219", "551190000xxxx"),
    _country("52", "Mexico", 22, "0.0080", "52550xxxxxxx 52810xxxxxxx"),
    _country("27", "South Africa", 10, "0.0420", "27110xxxxxx 27210xxxxxx"),
    _country("65", "Singapore", 8, "0.0130", "656000xxxx"),
    _country("64", "New Zealand", 8, "0.0170", "6490xxxxxx"),
    _country("971", "United Arab Emirates", 6, "0.1900", "97140xxxxxx"),
    _country("354", "Iceland", 3, "0.0180", "354500xxxx"),
)

# North American Numbering Plan: weight and base price by region; states that are not named share one region.
NANP_REGIONS = {
    "California": (70, Decimal("0.0061")),
    "Texas": (48, Decimal("0.0058")),
    "New York": (46, Decimal("0.0066")),
    "Florida": (38, Decimal("0.0059")),
    "Illinois": (24, Decimal("0.0057")),
    "Pennsylvania": (20, Decimal("0.0056")),
    "Ohio": (18, Decimal("0.0055")),
    "Georgia": (18, Decimal("0.0055")),
    "Michigan": (14, Decimal("0.0056")),
    "Massachusetts": (14, Decimal("0.0060")),
    "Washington State": (12, Decimal("0.0062")),
    "United States (other)": (90, Decimal("0.0064")),
    "Ontario": (22, Decimal("0.0079")),
    "Quebec": (14, Decimal("0.0082")),
    "Canada (other)": (16, Decimal("0.0088")),
    "Caribbean": (6, Decimal("0.1450")),
}
CARIBBEAN_AREAS = ("1242", "1246", "1345", "1441", "1758", "1868", "1876")
