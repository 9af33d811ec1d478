"""Tests of `domain/rate_cards.py`: prefixes, bounds and pairs of D2, D5 and D7."""

from datetime import date
from decimal import Decimal

import pytest

from cpm_assets.domain.deliveries import ParsedDelivery, parse_delivery
from cpm_assets.domain.rate_cards import RATE_CARDS

GUIDE_COLUMNS = "prefix,destination_region,carrier_name,rate_per_minute,effective_date,expiry_date"


def _parse(header: str, *rows: str) -> ParsedDelivery:
    return parse_delivery(RATE_CARDS, "\n".join([header, *rows]).encode())


def _reason(header: str, row: str) -> str:
    parsed = _parse(header, row)
    assert not parsed.rows
    return parsed.rejects[0].reason


def test_the_guides_columns_make_a_row() -> None:
    """The guide's six columns are all that a deck must have."""
    parsed = _parse(GUIDE_COLUMNS, "+1415,San Francisco,Bandwidth.com,0.0069,2026-10-01,2026-11-01")
    (row,) = parsed.rows
    assert row == (
        2,
        (
            "Bandwidth.com",
            "1415",
            "San Francisco",
            Decimal("0.0069"),
            date(2026, 10, 1),
            date(2026, 11, 1),
            "1",
            *[None] * 5,
        ),
    )


@pytest.mark.parametrize("column", GUIDE_COLUMNS.split(","))
def test_each_of_the_guides_columns_is_required(column: str) -> None:
    """A deck without expiry dates must not be read as one that never expires."""
    header = ",".join(name for name in GUIDE_COLUMNS.split(",") if name != column)
    assert f"missing column {column}" in _parse(header).rejects[0].reason


@pytest.mark.parametrize(
    ("country_code", "prefix", "joined"),
    [("1", "415555", "1415555"), ("+44", "20-7946", "44207946"), ("+44", "", "44"), ("39", "06", "3906")],
)
def test_national_prefixes_are_joined_with_their_country_code(country_code: str, prefix: str, joined: str) -> None:
    """D5: unjoined, 415 of California would price Switzerland."""
    parsed = _parse(f"country_code,{GUIDE_COLUMNS}", f"{country_code},{prefix},R,C,0.01,2026-10-01,")
    assert parsed.rows[0][1][1] == joined


def test_a_national_prefix_without_its_country_code_is_rejected() -> None:
    """For the same reason."""
    assert _reason(f"country_code,{GUIDE_COLUMNS}", ",415,R,C,0.01,2026-10-01,") == "country_code is empty"


@pytest.mark.parametrize("prefix", ["", "1", "0", "011", "1415X", "1" * 16, "abc", "١"])
def test_what_is_no_prefix_by_d4_is_rejected(prefix: str) -> None:
    """D4: it would never match, or match half a continent, and nobody would know why."""
    assert "prefix" in _reason(GUIDE_COLUMNS, f"{prefix},R,C,0.01,2026-10-01,")


@pytest.mark.parametrize(
    "rate", ["abc", "NaN", "-0.01", "", "1000.00000001", "0.123456789", "0,01".replace(",", ";"), "1e-3", "$0.01"]
)
def test_a_rate_that_is_no_rate_is_rejected(rate: str) -> None:
    """The issue's own list of bad input: each would price legs wrongly or stop the day."""
    assert "rate_per_minute" in _reason(GUIDE_COLUMNS, f"1415,R,C,{rate},2026-10-01,")


@pytest.mark.parametrize("rate", ["0", "0.00000001", "1000", "1000.00000000"])
def test_the_bounds_of_a_rate_are_inside(rate: str) -> None:
    """A rate of 0 is a rate (D4)."""
    assert _parse(GUIDE_COLUMNS, f"1415,R,C,{rate},2026-10-01,").rows[0][1][3] == Decimal(rate)


def test_a_window_that_ends_before_it_begins_is_rejected_and_an_empty_one_removes() -> None:
    """expiry_date = effective_date is how a row is taken back."""
    assert "before effective_date" in _reason(GUIDE_COLUMNS, "1415,R,C,1,2026-10-01,2026-09-30")
    assert _parse(GUIDE_COLUMNS, "1415,R,C,1,2026-10-01,2026-10-01").rows


@pytest.mark.parametrize("steps", ["60,", ",60", "0,60", "60,0", "60,3601", "1.5,1.5"])
def test_increments_come_as_a_pair_within_bounds(steps: str) -> None:
    """D7: half a pair mixed with the contract's other half is a rule nobody agreed on."""
    header = f"{GUIDE_COLUMNS},initial_increment_seconds,increment_seconds"
    assert "increment_seconds" in _reason(header, f"1415,R,C,1,2026-10-01,,{steps}")


def test_optional_terms_are_read_and_a_zero_is_a_value() -> None:
    """D7: a 0 in a card row overrides the contract, an empty cell does not."""
    header = (
        f"{GUIDE_COLUMNS},connection_fee,initial_increment_seconds,increment_seconds,minimum_seconds,currency,comment"
    )
    parsed = _parse(header, "1415,R,C,1,2026-10-01,,0,30,6,0,EUR,x", "1416,R,C,1,2026-10-01,,,,,,,")
    assert [values[7:] for _, values in parsed.rows] == [(Decimal(0), 30, 6, 0, "EUR"), (None,) * 5]
    assert parsed.warnings == ["columns ignored: comment"]
    assert "currency" in _reason(header, "1415,R,C,1,2026-10-01,,,,,,usd,")


def test_rows_with_one_key_are_compared_after_joining() -> None:
    """`+1 415` and `1415` are one prefix: two rates for it contradict each other."""
    parsed = _parse(GUIDE_COLUMNS, "+1-415,R,C,1,2026-10-01,", "1415,R,C,2,2026-10-01,", "1415,R,c,2,2026-10-01,")
    assert [reject.line_number for reject in parsed.rejects] == [2, 3]
    assert len(parsed.rows) == 1
