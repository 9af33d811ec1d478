"""A few legs, cards and contracts through the models up to `int_costed_attempt`.

Only the run. What is claimed about it is in the tests of rules and windows.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, Row, RunInputs, leg

DAY = date(2026, 10, 25)


def costed(
    memory: MemoryWarehouse,
    legs: Sequence[Row],
    cards: Sequence[Row],
    contracts: Sequence[Row],
    columns: str,
    days: Sequence[date] = (DAY,),
    **day: Any,
) -> list[tuple[Any, ...]]:
    """The wanted columns of each leg, in the order of leg ids."""
    inputs = RunInputs(
        days=[Day(usage_date, **day) for usage_date in days],
        extractions=[
            Extraction(usage_date, legs=[row for row in legs if row["start_time_utc"].date() == usage_date])
            for usage_date in days
        ],
        deliveries=[Delivery("rate_cards", cards), Delivery("carrier_contracts", contracts)],
    )
    memory.run(inputs, "int_costed_attempt")
    return memory.rows(f"select {columns} from warehouse.main.int_costed_attempt order by leg_id")  # noqa: S608


def rates_on(
    memory: MemoryWarehouse, starts: Sequence[datetime], *cards: Row, contracts: Sequence[Row] = ()
) -> list[Any]:
    """The rate that prices a one-minute leg at each start."""
    days = sorted({start.date() for start in starts})
    legs = [leg(f"{n}", start) for n, start in enumerate(starts)]
    return [row[0] for row in costed(memory, legs, cards, contracts, "rate_per_minute", days=days)]
