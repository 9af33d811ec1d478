"""Synthetic reference data: contracts of five carriers and a rate deck of any size, the same every time.

Shaped like real decks: real calling codes, nested prefixes, most of them longer than five digits (D4). Every carrier
sells every prefix, whole countries too, so every number that begins with one of the calling codes has a rate.
"""

import csv
import random
from functools import cache
from pathlib import Path

CARRIERS = ("Alder Voice", "Birch Telecom", "Cedar Trunking", "Dogwood Wholesale", "Elm Networks")
CALLING_CODES = (
    "1",
    "7",
    "27",
    "31",
    "33",
    "34",
    "39",
    "44",
    "46",
    "48",
    "49",
    "52",
    "55",
    "61",
    "81",
    "86",
    "91",
    "353",
)

WHOLE_COUNTRIES = tuple(
    prefix
    for code in CALLING_CODES
    for prefix in ((code,) if len(code) > 1 else tuple(f"{code}{n}" for n in range(10)))
)
"""The prefixes that together hold every number of the calling codes. No prefix has one digit (D4)."""

NATIONAL_DIGITS = (1, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 6, 6)
"""Digits of a prefix after the calling code, by how often: with it most prefixes have six to eight digits."""

EFFECTIVE_DATE = "2020-01-01"

_CONTRACTS = (
    ("carrier_name", "effective_date", "expiry_date", "initial_increment_seconds", "increment_seconds",
     "minimum_seconds", "connection_fee", "bills_attempts", "attempt_fee", "rounding_mode", "rounding_decimals"),
    (CARRIERS[0], EFFECTIVE_DATE, "", 60, 60, 0, "0", "false", "0", "half_up", 6),
    (CARRIERS[1], EFFECTIVE_DATE, "", 30, 6, 0, "0", "false", "0", "half_up", 4),
    (CARRIERS[2], EFFECTIVE_DATE, "", 6, 6, 0, "0", "true", "0.002", "down", 6),
    (CARRIERS[3], EFFECTIVE_DATE, "", 1, 1, 0, "0", "false", "0", "up", 2),
    (CARRIERS[4], EFFECTIVE_DATE, "", 30, 30, 60, "0.0125", "false", "0", "half_up", 6),
)  # fmt: skip


@cache
def prefixes(count: int) -> tuple[str, ...]:
    """`count` different prefixes (digits without `+`), those of whole countries first."""
    draw = random.Random(count)
    found = dict.fromkeys(WHOLE_COUNTRIES)
    while len(found) < count:
        digits = draw.choice(NATIONAL_DIGITS)
        found[f"{draw.choice(CALLING_CODES)}{draw.randrange(10**digits):0{digits}}"] = None
    return tuple(found)[:count]


def deck_prefixes(deck_rows: int) -> tuple[str, ...]:
    """The prefixes in a deck of so many rows: each has one row per carrier."""
    return prefixes(max(len(WHOLE_COUNTRIES), deck_rows // len(CARRIERS)))


def write_reference_data(inbox: Path, deck_rows: int) -> None:
    """Puts the contracts, and a deck of about `deck_rows` rows, into the inbox, as a carrier's delivery would come."""
    _write_csv(inbox / "carrier_contracts" / "contracts.csv", _CONTRACTS)
    draw = random.Random(deck_rows)
    header = ("prefix", "destination_region", "carrier_name", "rate_per_minute", "effective_date", "expiry_date")
    rows = (
        (prefix, f"Region {prefix[:4]}", carrier, f"{draw.randrange(20, 9000) / 10000:.4f}", EFFECTIVE_DATE, "")
        for carrier in CARRIERS
        for prefix in deck_prefixes(deck_rows)
    )
    _write_csv(inbox / "rate_cards" / "deck.csv", (header, *rows))


def _write_csv(path: Path, rows: tuple[tuple[object, ...], ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    part.rename(path)
