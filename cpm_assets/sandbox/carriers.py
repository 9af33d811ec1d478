"""The five fictional carriers of the sandbox, the UNKNOWN_CARRIER entry, and what was agreed with each.

Terms of contract and how traffic is spread over them. Prices are in `decks.py`; the writing of files in `inbox.py`.
"""

from dataclasses import dataclass
from decimal import Decimal

UNKNOWN_CARRIER = "UNKNOWN_CARRIER"


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier's contract (seconds, USD/EUR per attempt or connection) and its price level.

    `share` is its weight in routing; `price_level` multiplies a region's base price; `long_prefixes` are the
    country codes for which its deck goes down to the longest prefixes of the numbering plan.
    """

    name: str
    initial_seconds: int
    step_seconds: int
    increment_rule: str = "relative"
    minimum_seconds: int = 0
    connection_fee: Decimal = Decimal(0)
    bills_attempts: bool = False
    attempt_fee: Decimal = Decimal(0)
    rounding_mode: str = "half_up"
    rounding_decimals: int = 6
    currency: str = "USD"
    invoice_timezone: str = "UTC"
    invoice_folder: str = ""
    invoice_format: str = "guide_csv"
    share: int = 0
    price_level: Decimal = Decimal(1)
    national_form: bool = False
    reprices: bool = False
    long_prefixes: tuple[str, ...] = ()
    lacks_countries: tuple[str, ...] = ()
    free_regions: tuple[str, ...] = ()


NORTHWIND = Carrier(
    "Northwind Voice", 60, 60, share=32, price_level=Decimal("0.92"), reprices=True, long_prefixes=("1",)
)
LINDENFUNK = Carrier(
    "Lindenfunk",
    30,
    6,
    rounding_decimals=4,
    currency="EUR",
    invoice_timezone="Europe/Berlin",
    invoice_folder="lindenfunk-gmbh",
    share=22,
    price_level=Decimal("0.88"),
    reprices=True,
    long_prefixes=("49", "43"),
)
COBALT = Carrier(
    "Cobalt Trunking",
    6,
    6,
    increment_rule="absolute",
    rounding_decimals=4,
    invoice_timezone="America/New_York",
    share=22,
    national_form=True,
    long_prefixes=("52", "81", "44"),
    # The one prefix deliberately absent: Iceland is in every other carrier's deck (D4: never another carrier's row).
    lacks_countries=("354",),
)
SALTMARSH = Carrier(
    "Saltmarsh Telecom",
    1,
    1,
    invoice_format="x12_811",
    bills_attempts=True,
    attempt_fee=Decimal("0.002"),
    rounding_mode="down",
    rounding_decimals=6,
    share=16,
    price_level=Decimal("1.07"),
    long_prefixes=("61", "64", "34"),
    # Its own network: a rate of 0 is a rate (D4).
    free_regions=("Singapore",),
)
KESTREL = Carrier(
    "Kestrel Wholesale",
    30,
    30,
    invoice_format="bandwidth_bdr",
    minimum_seconds=60,
    connection_fee=Decimal("0.0125"),
    rounding_mode="up",
    rounding_decimals=2,
    share=8,
    price_level=Decimal("1.9"),
    long_prefixes=("44", "39", "46"),
)

CARRIERS = (NORTHWIND, LINDENFUNK, COBALT, SALTMARSH, KESTREL)
# When the first choice fails a call goes to this one, which takes everything and charges for it.
FALLBACK = KESTREL
# The guide's safety net: broad prices for legs whose carrier nobody knows (D12).
UNKNOWN = Carrier(UNKNOWN_CARRIER, 60, 60, price_level=Decimal("2.5"))
CONTRACTS = (*CARRIERS, UNKNOWN)


def folder_of(carrier: Carrier) -> str:
    """The folder below `inbox/invoices/` that this carrier's invoices are delivered to."""
    return carrier.invoice_folder or carrier.name.replace("/", "_")
