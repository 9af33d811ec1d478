"""One claim a test about a carrier's month: which legs it holds, when it is closed, and why it is not."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, RunInputs, card, contract, leg

FIRST = date(2026, 10, 1)
OCTOBER = [FIRST + timedelta(days=n) for n in range(31)]
NOVEMBER_FIRST = date(2026, 11, 1)


def october(final_days: list[date], starts: list[datetime], *contracts: dict[str, Any], **settings: Any) -> RunInputs:
    """A run over October and 1 November, of which `final_days` close, with one-minute legs at 0.01."""
    days = [*OCTOBER, NOVEMBER_FIRST]
    legs = [leg(f"leg-{n}", start) for n, start in enumerate(starts)]
    return RunInputs(
        days=[Day(day, is_finalizing=day in final_days) for day in days],
        extractions=[
            Extraction(day, legs=[one for one in legs if one["start_time_utc"].date() == day]) for day in days
        ],
        deliveries=[Delivery("rate_cards", [card("1", "0.01")]), Delivery("carrier_contracts", contracts)],
        settings={"first_day": FIRST, **settings},
    )


def test_a_cycle_that_begins_at_seven_takes_the_early_legs_of_the_next_first(memory: MemoryWarehouse) -> None:
    """Genesys Cloud Voice bills from 07:00 UTC: by calendar months its invoice never agrees."""
    starts = [
        datetime(2026, 10, 1, 6, 59, 59, tzinfo=UTC),
        datetime(2026, 10, 1, 7, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 1, 7, tzinfo=UTC),
    ]
    memory.run(october([*OCTOBER, NOVEMBER_FIRST], starts, contract(cycle_start_utc="07:00")), "month_close")
    rows = memory.rows("select billing_month, legs, total_cost, cycle_from_utc, days from month_close order by 1")
    assert rows == [
        ("2026-09", 1, Decimal("0.01"), datetime(2026, 9, 1, 7), 31),  # noqa: DTZ001
        ("2026-10", 2, Decimal("0.02"), datetime(2026, 10, 1, 7), 32),  # noqa: DTZ001
        ("2026-11", 1, Decimal("0.01"), datetime(2026, 11, 1, 7), 31),  # noqa: DTZ001
    ]


def test_a_month_is_closed_when_all_its_days_are(memory: MemoryWarehouse) -> None:
    """A month quoted while one of its days can still move is quoted twice."""
    noon = datetime(2026, 10, 15, 12, tzinfo=UTC)
    memory.run(october(OCTOBER, [noon]), "month_close")
    query = "select is_closed, days, open_days, why_open, total_cost, cpm from month_close"
    assert memory.rows(query) == [(True, 31, 0, None, Decimal("0.01"), Decimal("0.01"))]


def test_an_open_day_is_named_with_its_reason_and_is_not_in_the_sums(memory: MemoryWarehouse) -> None:
    """A controller asks which day is open and why; sums of half-known days would be quoted as the month's."""
    noon = datetime(2026, 10, 15, 12, tzinfo=UTC)
    starts = [noon, noon + timedelta(days=1)]
    memory.run(october([day for day in OCTOBER if day.day != 16], starts), "month_close")
    query = "select is_closed, closed_days, open_days, why_open, legs, total_cost from month_close"
    assert memory.rows(query) == [(False, 30, 1, "2026-10-16 provisional", 1, Decimal("0.01"))]


def test_of_many_open_days_five_are_named_and_the_others_counted(memory: MemoryWarehouse) -> None:
    """Thirty dates in a cell are not read."""
    memory.run(october([], [datetime(2026, 10, 15, 12, tzinfo=UTC)]), "month_close")
    ((why,),) = memory.rows("select why_open from month_close")
    assert why.startswith("2026-10-01 empty; ")
    assert why.endswith("; and 26 more")
    assert why.count("2026-") == 5


def test_days_before_the_first_one_kept_keep_a_month_open(memory: MemoryWarehouse) -> None:
    """The month of the installation is never whole: closed would be a claim about days that nobody has."""
    inputs = october(OCTOBER, [datetime(2026, 10, 15, 12, tzinfo=UTC)], first_day=date(2026, 10, 3))
    memory.run(RunInputs(inputs.days[2:], inputs.extractions[2:], inputs.deliveries, inputs.settings), "month_close")
    rows = memory.rows("select is_closed, open_days, why_open from month_close")
    assert rows == [(False, 2, "2026-10-01 before the first day kept; 2026-10-02 before the first day kept")]


def test_currencies_close_side_by_side(memory: MemoryWarehouse) -> None:
    """D27: a carrier that bills two currencies has two totals."""
    noon = datetime(2026, 10, 15, 12, tzinfo=UTC)
    inputs = october(OCTOBER, [noon])
    euros = Delivery("rate_cards", [card("14", "0.02", currency="EUR")], file_name="euros.csv")
    legs = [leg("a", noon), leg("b", noon, destination_number="+12015550123")]
    inputs = RunInputs(
        inputs.days,
        [Extraction(day, legs=legs if day == noon.date() else []) for day in OCTOBER],
        [inputs.deliveries[0], euros],
        inputs.settings,
    )
    memory.run(inputs, "month_close")
    assert memory.rows("select currency, total_cost from month_close order by 1") == [
        ("EUR", Decimal("0.02")),
        ("USD", Decimal("0.01")),
    ]
