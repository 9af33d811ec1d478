"""How long legs stay in the published file: `CPM_LEG_DAYS` days, of which the open day is one."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cpm_assets_tests.run_rows import Day, Delivery, Extraction, RunInputs, card, leg
from cpm_assets_tests.warehouse_harness import TestWarehouse

OPEN_DAY = date(2026, 10, 26)


def test_legs_of_so_many_days_are_published_and_figures_of_all(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A day more is personal data kept longer than was said; a day compared without the day before it (a line's leg
    may be there) is flagged wrongly; a figure dropped with its legs is lost. And a CPM too large to hold is unknown."""
    days = [OPEN_DAY - timedelta(days=n) for n in (2, 1, 0)]
    legs = {day: [leg(f"{day}", datetime(day.year, day.month, day.day, 12, tzinfo=UTC))] for day in days}
    warehouse = TestWarehouse(tmp_path_factory.mktemp("leg-days"))
    warehouse.build(
        RunInputs(
            days=[Day(day) for day in days],
            extractions=[Extraction(day, legs[day]) for day in days],
            deliveries=[Delivery("rate_cards", [card("1", "0.01")])],
            settings={"leg_days": 2},
        )
    )
    for table in ("costed_legs", "cpm_fact"):
        assert warehouse.rows(f"select usage_date from {table} order by 1") == [(day,) for day in days[1:]]  # noqa: S608
    assert warehouse.rows("select distinct usage_date from warehouse.main.normalized_usage order by 1") == [
        (day,) for day in days[1:]
    ]
    assert warehouse.rows("select usage_date from cpm_daily order by 1") == [(day,) for day in days]
    assert warehouse.rows("select usage_date from warehouse.main.int_reconciled_days") == [(OPEN_DAY,)]
    assert warehouse.rows("select cost_per_minute(1000000000, 1), cost_per_minute(1, 60)") == [(None, 1)]
