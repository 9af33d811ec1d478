"""One claim a test about carriers, attempts, legs without billed time and leg types (D4, D12, D14, D15, D16)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Extraction, RunInputs, card, contract, leg
from cpm_assets_tests.unit.rating.small_worlds import DAY, costed

NOON = datetime(2026, 10, 25, 12, tzinfo=UTC)


def test_a_carrier_is_compared_exactly(memory: MemoryWarehouse) -> None:
    """D12: a carrier matched loosely is priced by somebody else's card, and no check would ever say so."""
    legs = [leg(f"{n}", NOON, carrier_name=name) for n, name in enumerate(["Acme", "acme", "Acme ", "", None])]
    rows = costed(memory, legs, [card("1", "0.01")], [], "rating_status, destination_region, total_cost")
    assert rows == [("rated", "region 1", Decimal("0.01"))] + [("unknown_carrier", "(unrated)", None)] * 4


def test_an_unknown_carrier_is_priced_by_the_fallback_card_under_its_own_name(memory: MemoryWarehouse) -> None:
    """D12: its money must be seen, and seen as its own."""
    cards = [card("1", "0.5", carrier_name="UNKNOWN_CARRIER"), card("1", "0.01")]
    contracts = [contract("UNKNOWN_CARRIER", initial_increment_seconds=60, increment_seconds=60, currency="EUR")]
    legs = [leg("1", NOON, carrier_name="Foo", billing_seconds=61), leg("2", NOON, carrier_name="UNKNOWN_CARRIER")]
    rows = costed(
        memory, legs, cards, contracts, "carrier_name, priced_by_carrier, rating_status, total_cost, currency"
    )
    assert rows == [
        ("Foo", "UNKNOWN_CARRIER", "unknown_carrier", Decimal(1), "EUR"),
        ("UNKNOWN_CARRIER", "UNKNOWN_CARRIER", "unknown_carrier", Decimal("0.5"), "EUR"),
    ]


def test_a_known_carrier_without_a_prefix_has_no_rate(memory: MemoryWarehouse) -> None:
    """D4: a missing rate priced as 0 makes an expensive destination look free."""
    rows = costed(
        memory,
        [leg("1", NOON)],
        [card("44", "0.01")],
        [contract(currency="GBP")],
        "rating_status, total_cost, currency",
    )
    assert rows == [("no_rate", None, "GBP")]


def test_a_billed_attempt_costs_exactly_its_fee(memory: MemoryWarehouse) -> None:
    """D15: attempts are money where the contract says so, and minutes never."""
    contracts = [contract(bills_attempts=True, attempt_fee=Decimal("0.0125"), rounding_decimals=3)]
    legs = [
        leg("1", NOON, call_outcome="busy", destination_number="+33123456789", billing_seconds=30),
        leg("2", NOON, call_outcome="busy", carrier_name="Silent", billing_seconds=30),
        leg("3", NOON, call_outcome=None, billing_seconds=None),
    ]
    cards = [card("1", "0.01"), card("1", "0.01", carrier_name="Silent")]
    columns = "is_billable, rating_status, billed_seconds, total_cost, destination_region"
    assert costed(memory, legs, cards, contracts, columns) == [
        (True, "rated", 0, Decimal("0.013"), "(unrated)"),
        (False, "not_billable", None, None, None),
        (True, "rated", 0, Decimal("0.013"), "region 1"),
    ]


@pytest.mark.parametrize(("own", "currency"), [("JPY", "JPY"), (None, "EUR")])
def test_an_attempts_fee_is_in_its_own_carriers_currency(
    memory: MemoryWarehouse, own: str | None, currency: str
) -> None:
    """D15, D27: a fee of 5 yen shown as 5 euros, because another carrier's card knows the number, is not the fee."""
    cards = [card("1", "1", carrier_name="UNKNOWN_CARRIER", currency="EUR"), card("1", "1", currency="EUR")]
    contracts = [
        contract("UNKNOWN_CARRIER", currency="GBP"),
        *(contract(name, bills_attempts=True, attempt_fee=Decimal(5), currency=own) for name in ("Acme", "Foo")),
    ]
    legs = [leg("1", NOON, call_outcome="busy"), leg("2", NOON, call_outcome="busy", carrier_name="Foo")]
    nowhere = leg("3", NOON, call_outcome="busy", carrier_name="Foo", destination_number="+33123456789")
    answered = leg("4", NOON, carrier_name="Acme")
    rows = costed(memory, [*legs, nowhere, answered], cards, contracts, "total_cost, currency")
    assert rows == [*[(Decimal(5), currency)] * 2, (Decimal(5), own or "USD"), (Decimal(1), "EUR")]


@pytest.mark.parametrize("seconds", [None, 0, -1])
def test_an_answered_leg_without_billed_time_has_no_cost(memory: MemoryWarehouse, seconds: int | None) -> None:
    """D14: it is a fault of the source; a cost of 0, or of the fee alone, would hide it."""
    cards = [card("1", "0.01", connection_fee=Decimal(1))]
    rows = costed(
        memory, [leg("1", NOON, billing_seconds=seconds)], cards, [], "rating_status, billed_seconds, total_cost"
    )
    assert rows == [("zero_billing", 0, None)]


def test_a_leg_in_progress_waits_for_the_final_sweep(memory: MemoryWarehouse) -> None:
    """D16: a call that is still going on would reject the open day every 15 minutes."""
    legs = [leg("1", NOON, end_time_utc=None, billing_seconds=None)]
    columns = "rating_status, excluded_reason, is_in_progress"
    assert costed(memory, legs, [card("1", "1")], [], columns) == [("not_billable", "in_progress", True)]
    finalizing = costed(memory, legs, [card("1", "1")], [], columns, is_finalizing=True)
    assert finalizing == [("zero_billing", None, True)]


def test_a_transfer_is_later_than_the_calls_first_answered_leg_of_two_days(memory: MemoryWarehouse) -> None:
    """D15: a call across midnight has one primary leg; only the day before counts."""
    legs = [
        leg("1", NOON - timedelta(days=1), call_id="c"),
        leg("2", NOON, call_id="c"),
        leg("3", NOON + timedelta(days=2), call_id="c"),
        leg("4", NOON + timedelta(days=2), call_id="c", call_outcome="busy"),
        leg("5", NOON + timedelta(days=2), call_id="c", call_type="monitor"),
    ]
    days = [DAY, DAY + timedelta(days=2)]
    inputs = RunInputs(
        days=[Day(day) for day in days],
        extractions=[
            Extraction(day, legs=[row for row in legs if row["start_time_utc"].date() == day])
            for day in [DAY - timedelta(days=1), *days]
        ],
    )
    memory.run(inputs, "normalized_usage")
    types = memory.rows("select leg_type from warehouse.main.normalized_usage order by leg_id")
    assert types == [("transfer",), ("primary",), ("attempt",), ("monitor",)]


def test_equal_starts_are_decided_by_the_leg_id(memory: MemoryWarehouse) -> None:
    """D15: without it the primary leg changes from run to run."""
    legs = [leg("b", NOON, call_id="c"), leg("a", NOON, call_id="c")]
    assert costed(memory, legs, [], [], "leg_type") == [("primary",), ("transfer",)]
