"""One claim a test about validity windows (D2): which card row prices a leg, by the day of its start."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import card, contract
from cpm_assets_tests.unit.rating.small_worlds import DAY, rates_on

NOON = datetime(2026, 10, 25, 12, tzinfo=UTC)


def test_a_window_is_half_open(memory: MemoryWarehouse) -> None:
    """D2: with BETWEEN the first second of the new card is billed by both cards."""
    midnight = datetime(2026, 10, 25, tzinfo=UTC)
    rates = rates_on(
        memory,
        [midnight - timedelta(microseconds=1), midnight],
        card("1", "0.01", expiry_date=DAY),
        card("1", "0.02", effective_date=DAY),
    )
    assert rates == [Decimal("0.01"), Decimal("0.02")]


def test_the_next_effective_date_ends_an_open_window(memory: MemoryWarehouse) -> None:
    """D2: an open card and its successor would otherwise both price, and the leg cost twice."""
    cards = [card("1", "0.01"), card("1", "0.02", effective_date=DAY)]
    assert rates_on(memory, [NOON - timedelta(days=1), NOON], *cards) == [Decimal("0.01"), Decimal("0.02")]


def test_a_stated_expiry_beyond_the_next_card_yields_to_it(memory: MemoryWarehouse) -> None:
    """The later effective date prices until the overlap is mended."""
    cards = [card("1", "0.01", expiry_date=date(2026, 12, 31)), card("1", "0.02", effective_date=DAY)]
    assert rates_on(memory, [NOON], *cards) == [Decimal("0.02")]


@pytest.mark.parametrize(("is_inclusive", "rate"), [(True, Decimal("0.01")), (False, None)])
def test_the_contract_says_whether_the_expiry_day_counts(
    memory: MemoryWarehouse, is_inclusive: bool, rate: Decimal | None
) -> None:
    """D2: a carrier that means "valid to 25 October" leaves a day unrated every quarter if read exclusively."""
    contracts = [contract(expiry_is_inclusive=is_inclusive)]
    assert rates_on(memory, [NOON], card("1", "0.01", expiry_date=DAY), contracts=contracts) == [rate]


def test_a_removed_row_neither_prices_nor_ends_its_predecessor(memory: MemoryWarehouse) -> None:
    """A card withdrawn before it began must leave the old rate standing."""
    cards = [card("1", "0.01"), card("1", "0.02", effective_date=DAY, expiry_date=DAY)]
    assert rates_on(memory, [NOON], *cards) == [Decimal("0.01")]


def test_a_later_card_that_ends_leaves_nothing(memory: MemoryWarehouse) -> None:
    """D2: the windows of one key follow each other; an ended one does not bring the one before it back."""
    cards = [card("1", "0.01"), card("1", "0.02", effective_date=date(2026, 10, 1), expiry_date=DAY)]
    assert rates_on(memory, [NOON], *cards) == [None]


def test_the_card_decides_by_the_day_and_not_by_today(memory: MemoryWarehouse) -> None:
    """D2: `expiry_date >= CURRENT_DATE` would un-rate every day older than the present card."""
    cards = [card("1", "0.01", effective_date=date(2019, 1, 1), expiry_date=date(2019, 12, 31))]
    assert rates_on(memory, [datetime(2019, 5, 1, tzinfo=UTC)], *cards) == [Decimal("0.01")]
