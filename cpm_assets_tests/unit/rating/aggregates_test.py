"""One claim a test about the published sums: CPM, seven days, currencies, license costs, the gate, the checks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, Row, RunInputs, card, contract, leg

DAY = date(2026, 10, 25)
NOON = datetime(2026, 10, 25, 12, tzinfo=UTC)
ACME = [Delivery("rate_cards", [card("1", "0.01")])]


def world(
    legs_by_day: Mapping[int, Sequence[Row]], deliveries: Sequence[Delivery] = tuple(ACME), **settings: object
) -> RunInputs:
    """A run over the given days (offsets from DAY)."""
    days = [DAY + timedelta(days=n) for n in legs_by_day]
    return RunInputs(
        days=[Day(day) for day in days],
        extractions=[Extraction(day, legs=legs) for day, legs in zip(days, legs_by_day.values(), strict=True)],
        deliveries=deliveries,
        settings=settings,
    )


def test_cpm_is_the_quotient_of_sums(memory: MemoryWarehouse) -> None:
    """D10: a mean of the legs' own CPMs weighs a one-second call like an hour."""
    cards = [Delivery("rate_cards", [card("1", "0.01", connection_fee=Decimal("0.1"))])]
    legs = [leg("a", NOON, billing_seconds=1), leg("b", NOON, billing_seconds=3599)]
    memory.run(world({0: legs}, cards), "cpm_daily")
    total = Decimal("0.000167") + Decimal("0.599833") + Decimal("0.2")
    assert memory.rows("select total_cost, cpm from cpm_daily") == [(total, (total / 60).quantize(Decimal(10) ** -8))]


def test_the_hour_is_of_the_start_and_days_are_sums_of_hours(memory: MemoryWarehouse) -> None:
    """D1: a leg split at the hour would be two legs."""
    legs = [leg("a", NOON + timedelta(minutes=59, seconds=59)), leg("b", NOON + timedelta(hours=1)), leg("c", NOON)]
    memory.run(world({0: legs}), "cpm_daily", "cpm_hourly")
    hours = memory.rows("select usage_hour_utc, legs from cpm_hourly order by 1")
    assert hours == [(datetime(2026, 10, 25, 12), 2), (datetime(2026, 10, 25, 13), 1)]  # noqa: DTZ001
    assert memory.rows("select legs from cpm_daily") == [(3,)]


def test_unrated_legs_are_counted_beside_the_sums(memory: MemoryWarehouse) -> None:
    """D10: an unrated leg in the minutes but not in the cost makes every CPM too low."""
    legs = [leg("a", NOON), leg("b", NOON, destination_number="+33123456789")]
    memory.run(world({0: legs}), "cpm_daily")
    query = "select destination_region, legs, unrated_legs, billed_seconds, cpm from cpm_daily order by 1"
    assert memory.rows(query) == [("(unrated)", 0, 1, 0, None), ("region 1", 1, 0, 60, Decimal("0.01"))]


def test_seven_days_hold_segments_that_have_no_leg_today(memory: MemoryWarehouse) -> None:
    """D11: a segment that is silent today would otherwise disappear from the trend, and reappear as a spike."""
    memory.run(world({0: [leg("a", NOON)], 1: [], 7: [leg("b", NOON + timedelta(days=7))]}), "cpm_trailing_7d")
    rows = memory.rows("select usage_date, legs_7d, total_cost_7d, days_in_window from cpm_trailing_7d order by 1")
    cost = Decimal("0.01")
    assert rows == [
        (DAY, 1, cost, 1),
        *((DAY + timedelta(days=n), 1, cost, 2) for n in range(1, 7)),
        (DAY + timedelta(days=7), 1, cost, 2),
    ]


def test_currencies_are_never_added(memory: MemoryWarehouse) -> None:
    """D27: a sum of dollars and euros is no amount of money."""
    cards = [Delivery("rate_cards", [card("1", "1"), card("14", "2", currency="EUR")])]
    legs = [leg("a", NOON), leg("b", NOON, destination_number="+12015550123")]
    memory.run(world({0: legs}, cards), "cpm_trailing_7d", "cpm_daily")
    for table, cost in (("cpm_daily", "total_cost"), ("cpm_trailing_7d", "total_cost_7d")):
        rows = memory.rows(f"select currency, {cost} from {table} order by 1")  # noqa: S608
        assert rows == [("EUR", Decimal(2)), ("USD", Decimal(1))]


def test_license_costs_add_up_to_the_month_and_to_the_day(memory: MemoryWarehouse) -> None:
    """Days rounded one by one lose cents that finance then looks for."""
    license_row = {"license_name": "CX", "seats": 7, "monthly_cost_per_seat": Decimal("99.99"), "currency": "EUR"}
    licenses = [Delivery("seat_licenses", [license_row | {"effective_date": date(2026, 1, 1)}])]
    legs = [leg(name, NOON, call_type=name, media_seconds=n) for n, name in ((1, "monitor"), (2, "whisper"))]
    month = {n: legs if n == 0 else [] for n in range(-24, 7)}
    memory.run(world(month, licenses), "internal_handling_cost")
    total = memory.rows("select currency, sum(allocated_cost) from internal_handling_cost group by all")
    assert total == [("EUR", Decimal("699.93"))]
    rows = memory.rows(
        f"select leg_type, allocated_cost from internal_handling_cost where usage_date = '{DAY}' order by 1"
    )  # noqa: S608
    assert rows == [("monitor", Decimal("7.526129")), ("whisper", Decimal("15.052258"))]
    assert memory.rows("select count(*) from internal_handling_cost where leg_type = 'unallocated'") == [(30,)]


def test_a_cpm_that_no_column_can_hold_is_unknown_and_stops_nothing(memory: MemoryWarehouse) -> None:
    """One second of monitoring under the largest license (D5) costs 2·10^10 a minute: the run of every day failed."""
    largest = {"license_name": "CX", "seats": 100_000, "monthly_cost_per_seat": Decimal(100_000)}
    licenses = [Delivery("seat_licenses", [largest | {"currency": "USD", "effective_date": date(2026, 1, 1)}])]
    legs = {n: [leg(f"{n}", NOON + timedelta(days=n), call_type="monitor", media_seconds=1 + 59 * n)] for n in (0, 1)}
    memory.run(world(legs, licenses), "internal_handling_cost")
    columns = "media_seconds, allocated_cost, cost_per_minute"
    cost = Decimal("322580645.161290")
    rows = memory.rows(f"select {columns} from internal_handling_cost order by usage_date")  # noqa: S608
    assert rows == [(1, cost, None), (60, cost, cost)]


def test_legs_of_a_rejected_closing_are_not_final(memory: MemoryWarehouse) -> None:
    """D13, D21: the day is open still, and `is_final` says that it never changes."""
    inputs = world({0: [leg("a", NOON, carrier_name="Foo")]})
    memory.run(replace(inputs, days=[Day(DAY, is_finalizing=True)]), "costed_legs_rejected")
    assert memory.rows("select leg_id, is_final from costed_legs_rejected") == [("a", False)]


@pytest.mark.parametrize(("tolerated", "is_accepted"), [(0, False), (1, True)])
def test_an_unknown_carrier_rejects_its_day_alone(memory: MemoryWarehouse, tolerated: int, is_accepted: bool) -> None:
    """D13: priced or not, and whatever the other days of the run are."""
    cards = [Delivery("rate_cards", [card("1", "1"), card("1", "1", carrier_name="UNKNOWN_CARRIER")])]
    foo = leg("b", NOON + timedelta(days=1), carrier_name="Foo")
    memory.run(
        world({0: [leg("a", NOON)], 1: [foo]}, cards, tolerated_unknown_carrier_legs=tolerated),
        *("cpm_fact", "day_status", "check_carrier_match", "costed_legs_rejected"),
    )
    assert memory.rows("select leg_id from cpm_fact order by 1") == [("a",), ("b",)][: 1 + is_accepted]
    assert memory.rows("select leg_id from costed_legs_rejected") == [("b",)][is_accepted:]
    reason = None if is_accepted else "1 billable leg with an unknown carrier: 'Foo' (tolerated 0)"
    status = "provisional" if is_accepted else "rejected"
    assert memory.rows("select status, reason from day_status order by usage_date") == [
        ("provisional", None),
        (status, reason),
    ]
    offenders = memory.rows("select usage_date, offender ->> 'carrier_name' from warehouse.main.check_carrier_match")
    assert offenders == [(DAY + timedelta(days=1), "Foo")]


def test_a_day_without_billed_time_is_rejected_in_readable_words(memory: MemoryWarehouse) -> None:
    """D14: on-call reads the reason at night; a 10 kB carrier name must not bury it."""
    legs = [leg("a", NOON, billing_seconds=0), leg("b", NOON, carrier_name="x" * 10_000)]
    memory.run(world({0: legs}), "day_status")
    assert memory.rows("select reason, unknown_carrier_legs, zero_billing_legs from day_status") == [
        (
            f"1 billable leg with an unknown carrier: '{'x' * 40}…' (tolerated 0); "
            "1 answered leg without billed seconds (tolerated 0)",
            1,
            1,
        )
    ]


def test_cards_that_overlap_or_leave_one_day_open_are_named_on_that_day(memory: MemoryWarehouse) -> None:
    """D2: both mean that somebody read "valid to" the other way."""
    cards = [
        card("1", "1", expiry_date=DAY),
        card("1", "2", effective_date=DAY + timedelta(days=1)),
        card("2", "1", expiry_date=DAY + timedelta(days=2)),
        card("2", "2", effective_date=DAY + timedelta(days=1)),
    ]
    contracts = [contract(expiry_date=DAY + timedelta(days=2)), contract(effective_date=DAY + timedelta(days=1))]
    files = [Delivery("rate_cards", cards), Delivery("carrier_contracts", contracts)]
    checks = ("check_rate_card_gap", "check_rate_card_no_overlap", "check_contract_no_overlap")
    memory.run(world({0: [], 1: [], 2: []}, files), *checks)
    failed = [memory.rows(f"select usage_date from warehouse.main.{check} order by 1") for check in checks]  # noqa: S608
    assert failed == [[(DAY,)], [(DAY + timedelta(days=1),)], [(DAY + timedelta(days=1),)]]


def test_the_tooltip_says_how_the_carrier_rounds(memory: MemoryWarehouse) -> None:
    """The guide's edge case 2: a CPM without its rounding rule is disputed for ever."""
    terms = contract(
        initial_increment_seconds=30,
        increment_seconds=6,
        rounding_decimals=4,
        connection_fee=Decimal("0.01"),
        minimum_seconds=45,
    )
    memory.run(world({0: []}, [*ACME, Delivery("carrier_contracts", [terms])]), "dim_carrier")
    assert memory.rows("select rounding_rule_text from dim_carrier") == [
        (
            "6-second steps after the first 30 seconds, minimum 45 seconds; each leg rounded half up to 4 decimals; "
            "connection fee 0.01 USD",
        )
    ]


def test_the_tooltip_names_the_steps_of_a_card_that_has_several(memory: MemoryWarehouse) -> None:
    """Steps "by rate-card row" alone explain no CPM: whether a leg of ten seconds is billed as ten or sixty does."""
    cards = [
        card("1", "1", initial_increment_seconds=60, increment_seconds=6),
        card("44", "1", initial_increment_seconds=1, increment_seconds=1),
        card("49", "1"),
    ]
    contracts = [Delivery("carrier_contracts", [contract(initial_increment_seconds=30, increment_seconds=30)])]
    memory.run(world({0: []}, [Delivery("rate_cards", cards), *contracts]), "dim_carrier")
    [(text,)] = memory.rows("select rounding_rule_text from dim_carrier")
    assert text.startswith("steps by rate-card row, 1/1 … 60/6 seconds (first/next); each leg rounded")
    memory.run(world({0: []}, [Delivery("rate_cards", cards[1:]), *contracts]), "dim_carrier")
    [(text,)] = memory.rows("select rounding_rule_text from dim_carrier")
    assert text.startswith("steps by rate-card row, 1/1 or 30/30 seconds (first/next);")
