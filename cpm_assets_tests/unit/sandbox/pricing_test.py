"""The sandbox's own pricing: the reference must itself be right.

Figures are worked out by hand, or taken from the sources named.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cpm_assets.sandbox.decks import rate_rows
from cpm_assets.sandbox.organization import CARDS_SINCE, PRICE_CHANGE_DAY, Organization
from cpm_assets.sandbox.pricing import billed_seconds, charge, matched_row, minutes

ORGANIZATION = Organization(legs_per_day=300)


@pytest.mark.parametrize(
    ("seconds", "initial", "step", "minimum", "rule", "billed"),
    [
        (0, 60, 60, 60, "relative", 0),
        (10, 60, 60, 0, "relative", 60),
        (32, 30, 6, 0, "relative", 36),
        (75, 30, 6, 0, "relative", 78),
        (10, 30, 10, 45, "relative", 50),
        (31, 6, 6, 30, "relative", 36),
        (61, 30, 20, 0, "relative", 70),
        (61, 30, 20, 0, "absolute", 80),
        (1, 1, 1, 0, "relative", 1),
    ],
)
def test_seconds_are_billed_as_agreed(
    seconds: int, initial: int, step: int, minimum: int, rule: str, billed: int
) -> None:
    """D7: a wrong increment is a wrong bill for every leg."""
    assert billed_seconds(seconds, initial, step, minimum, rule) == billed


@pytest.mark.parametrize(
    ("seconds", "rate", "fee", "decimals", "mode", "money"),
    [
        (36, "0.006", "0", 6, "half_up", "0.003600"),  # cgrates issue 118
        (59, "0.16", "0.045", 4, "half_up", "0.2023"),  # cdrtool RATING.txt
        (24, "0.05", "0.15", 2, "up", "0.17"),  # cgrates engine/calldesc_test.go
        (180, "0.05", "0.15", 2, "up", "0.30"),
        (24, "0.05", "0.15", 2, "down", "0.17"),
        (25, "0.05", "0.15", 2, "down", "0.17"),
        (3, "0.1", "0", 2, "half_up", "0.01"),
    ],
)
def test_money_is_rounded_once(seconds: int, rate: str, fee: str, decimals: int, mode: str, money: str) -> None:
    """D9: rounding twice, or dividing as a float, is off by a cent somewhere."""
    assert charge(seconds, Decimal(rate), Decimal(fee), decimals, mode) == Decimal(money)


def test_minutes_have_six_decimals_half_up() -> None:
    """D8."""
    assert minutes(61) == Decimal("1.016667")


@pytest.mark.parametrize("number", ["12125550117", "14165550100", "447700900123", "498999998042", "390600000000"])
def test_the_longest_prefix_wins_inside_one_card(number: str) -> None:
    """D4, against a search through the whole deck."""
    day = date(2026, 11, 20)
    rows = [row for delivery in rate_rows(ORGANIZATION) for row in delivery]
    for carrier in ("Northwind Voice", "Cobalt Trunking", "Kestrel Wholesale"):
        fitting = [
            row
            for row in rows
            if row.carrier == carrier
            and number.startswith(row.prefix)
            and row.effective <= day
            and (row.expiry is None or day < row.expiry)
        ]
        best = max(fitting, key=lambda row: (len(row.prefix), row.effective))
        assert matched_row(ORGANIZATION, carrier, number, day) == best


def test_the_new_price_starts_on_its_day() -> None:
    """D2: the window is half-open, so the old price ends as the new one begins."""
    day_before = PRICE_CHANGE_DAY - timedelta(days=1)
    for number in ("442079460001", "498999998042", "12125550117"):
        old = matched_row(ORGANIZATION, "Lindenfunk", number, day_before)
        new = matched_row(ORGANIZATION, "Lindenfunk", number, PRICE_CHANGE_DAY)
        assert old is not None
        assert new is not None
        assert (old.effective, new.effective) == (CARDS_SINCE, PRICE_CHANGE_DAY)
