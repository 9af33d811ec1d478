"""Claims about `cpm_assets.domain.delivery_changes`: what a delivery says that was not said before."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cpm_assets.domain.deliveries import parse_delivery
from cpm_assets.domain.delivery_changes import as_csv, in_force_rows, price_moves, row_changes
from cpm_assets.domain.rate_cards import RATE_CARDS
from cpm_assets.domain.recosting import CARDS, CONTRACTS, ReferenceRow

JANUARY, MARCH, JUNE = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)


def price(
    rate: str, effective: date = JANUARY, expiry: date | None = None, currency: str | None = "USD", key: str = "1415"
) -> ReferenceRow:
    return ReferenceRow(CARDS, "Acme", key, effective, expiry, (Decimal(rate), currency))


def card(rate: str, effective: date = JANUARY, expiry: date | None = None, prefix: str = "1415") -> dict[str, Any]:
    return {
        "carrier_name": "Acme",
        "prefix": prefix,
        "rate_per_minute": Decimal(rate),
        "effective_date": effective,
        "expiry_date": expiry,
    }


def moved(before: list[ReferenceRow], *file: ReferenceRow) -> list[tuple[str, date, Decimal | None]]:
    return [(move.prefix, move.first_day, move.share) for move in price_moves(before, [*before, *file])]


def test_a_move_of_exactly_a_fifth_is_not_shown_and_one_above_it_is() -> None:
    """A list in which every yearly rise stands is not read."""
    assert moved([price("0.01")], price("0.012", MARCH)) == []
    assert moved([price("0.01")], price("0.008", MARCH)) == []
    assert moved([price("0.01")], price("0.01200001", MARCH)) == [("1415", MARCH, Decimal("0.200001"))]


def test_a_shifted_decimal_comes_first() -> None:
    """Of four thousand rows the one that is wrong by ten is what somebody has to see."""
    before = [price("0.01"), price("0.01", key="44")]
    assert [prefix for prefix, *_ in moved(before, price("0.013", MARCH, key="44"), price("0.1", MARCH))] == [
        "1415",
        "44",
    ]


def test_a_price_that_begins_where_the_last_one_ended_is_compared_with_it() -> None:
    """A carrier that ends each deck with a date could triple its prices unseen."""
    assert moved([price("0.01", JANUARY, MARCH)], price("0.03", MARCH)) == [("1415", MARCH, Decimal(2))]


def test_of_a_prefix_the_first_move_that_is_worth_a_look_is_shown() -> None:
    """A small step before a large one must not hide it."""
    found = moved([price("0.01")], price("0.011", MARCH), price("0.05", JUNE))
    assert found == [("1415", JUNE, Decimal(4))]


@pytest.mark.parametrize(
    "row", [price("0.01", JANUARY, JANUARY), price("0.01", MARCH, currency="EUR")], ids=["removed", "other currency"]
)
def test_a_price_that_goes_or_changes_its_currency_is_shown_without_a_share(row: ReferenceRow) -> None:
    """Two currencies have no ratio (D27), and no price is not a price of 0."""
    assert [share for *_, share in moved([price("0.01")], row)] == [None]


def test_a_price_that_was_0_is_shown_without_a_share() -> None:
    """A destination that was free is charged: no percentage says so."""
    assert moved([price("0")], price("0.01", MARCH)) == [("1415", MARCH, None)]


def test_rows_are_told_apart_as_new_changed_and_repeated() -> None:
    """ "4,305 rows" does not say whether the deck replaces a price or repeats it; the row received last counts (D2)."""
    before = [card("0.03"), card("0.01"), card("0.02", prefix="44")]
    file = [card("0.01"), card("0.05", prefix="44"), card("0.01", MARCH)]
    assert row_changes(("prefix", "effective_date"), before, file) == (1, 1, 1)


def test_in_force_the_last_row_of_a_key_holds_on_all_days_and_nothing_begins_between() -> None:
    """A deck for next month would otherwise be worth nothing on the traffic of this one."""
    before = [card("0.01"), card("0.02", MARCH), card("0.03", MARCH, prefix="44")]
    file = [card("0.05", JUNE), card("0.04", MARCH, JUNE), card("0.06", JANUARY, JANUARY, prefix="33")]
    february, may = date(2026, 2, 1), date(2026, 5, 1)
    assert list(in_force_rows(CARDS, file, before, february, may)) == [
        card("0.05", february),
        card("0.02", MARCH, MARCH),
    ]


def test_a_contracts_key_is_its_carrier() -> None:
    """A contract has no prefix."""
    terms = {"carrier_name": "Acme", "effective_date": JUNE, "expiry_date": None, "currency": "USD"}
    assert list(in_force_rows(CONTRACTS, [terms], [], JANUARY, MARCH)) == [terms | {"effective_date": JANUARY}]


def test_a_trial_form_is_read_as_any_delivery() -> None:
    """A rate that is written as 1E-8 would be rejected, and its prefix priced by a shorter one."""
    columns = ["carrier_name", "prefix", "rate_per_minute", "effective_date", "expiry_date", "destination_region"]
    content = as_csv(columns, [card("0.00000001") | {"destination_region": 'Paris, "centre"'}])
    parsed = parse_delivery(RATE_CARDS, content)
    assert not parsed.rejects
    assert b"0.00000001" in content
