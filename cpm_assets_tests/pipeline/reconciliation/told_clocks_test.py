"""Claims about when an invoice file's clock is told (D3, D19, D20): once while nothing changes, again when it does.

One warehouse, one run after another. How it is told is tested in `unit/matching/file_clocks_test.py`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cpm_assets_tests.pipeline.reconciliation.books import (
    books,
    call,
    flags,
    invoice,
    line,
    only_reconcile,
    prices,
    reconciled,
)
from cpm_assets_tests.run_rows import RunInputs, contract
from cpm_assets_tests.warehouse_harness import TestWarehouse

DAYS = ["2026-10-25", "2026-10-26"]
LEGS = [
    call(f"{day[-2:]}-{n:02d}", f"{day} {8 + n // 4:02d}:{n % 4 * 15:02d}:00", number=f"+141555501{n:02d}")
    for day in DAYS
    for n in range(20)
]
# The carrier writes New York's time, four hours behind, and the contract says nothing: UTC.
LINES = [
    line(
        n,
        f"{leg['start_time_utc']:%Y-%m-%d} {leg['start_time_utc'].hour - 4:02d}:{leg['start_time_utc']:%M:%S}",
        "0.60",
        destination_digits=leg["destination_digits"],
    )
    for n, leg in enumerate(LEGS)
]
MENDED = contract(invoice_timezone="America/New_York")


def inputs(days: list[str], *contracts: dict[str, Any]) -> RunInputs:
    return books(days, LEGS, [*prices(*contracts), invoice(*LINES)])


def clock(warehouse: TestWarehouse) -> tuple[Any, ...]:
    ((zone, verdict, seen),) = warehouse.rows(
        "select told_zone, verdict, lines_seen from warehouse.main.int_invoice_clocks"
    )
    return zone, verdict, seen


def mark(warehouse: TestWarehouse, statement: str) -> None:
    """Changes what the warehouse remembers, to see whether a run makes it anew."""
    with duckdb.connect(str(warehouse.directory / "warehouse" / "warehouse.duckdb")) as connection:
        connection.execute(statement)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Any, ...]]]:
    """What was told after each of the runs, and what else they left."""
    warehouse = reconciled(tmp_path_factory.mktemp("told"), inputs(DAYS[:1]))
    found: dict[str, tuple[Any, ...]] = {"first day": (clock(warehouse), flags(warehouse))}
    mark(warehouse, "update int_invoice_clock_samples set billed_minutes = -1")
    mark(warehouse, "update int_invoice_clocks set lines_seen = -1")
    warehouse.build(only_reconcile(inputs(DAYS[:1]), DAYS[:1]))
    found["first day again"] = (clock(warehouse), flags(warehouse))
    warehouse.build(inputs(DAYS[1:]))
    found["second day"] = (clock(warehouse), flags(warehouse), _check(warehouse))
    found["samples"] = tuple(
        warehouse.rows("select distinct billed_minutes from warehouse.main.int_invoice_clock_samples")
    )
    warehouse.build(only_reconcile(inputs(DAYS, MENDED), DAYS))
    found["contract mended"] = (clock(warehouse), flags(warehouse), _check(warehouse))
    yield found


def _check(warehouse: TestWarehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select usage_date::varchar, is_passed from check_results"
        " where check_name = 'invoice_timezone_agrees' order by all"
    )


def test_a_day_of_legs_tells_the_clock_and_nothing_of_that_day_is_a_flag(told: dict[str, tuple[Any, ...]]) -> None:
    """The lines of the other day wait for its legs."""
    assert told["first day"] == (("America/New_York", "other_zone", 20), [])


def test_a_run_over_the_same_days_reads_neither_the_file_nor_the_legs_for_it(told: dict[str, tuple[Any, ...]]) -> None:
    """Every day's run would else pay for every month's invoice there is."""
    assert told["first day again"] == (("America/New_York", "other_zone", -1), [])


def test_new_figures_of_a_day_that_the_file_covers_tell_it_again(told: dict[str, tuple[Any, ...]]) -> None:
    """What was told from few legs would else stand for good, and a rebuild would say otherwise."""
    assert told["second day"][:2] == (("America/New_York", "other_zone", 40), [])
    assert told["samples"] == ((-1,),), "the sample itself is taken once"


def test_a_mended_contract_ends_the_finding(told: dict[str, tuple[Any, ...]]) -> None:
    """On-call must see that what was done has helped."""
    assert told["second day"][2] == [("2026-10-25", False), ("2026-10-26", False)]
    assert told["contract mended"] == ((None, "as_contracted", 40), [], [("2026-10-25", True), ("2026-10-26", True)])


def test_a_file_of_another_time_is_left_alone(tmp_path: Path) -> None:
    """An invoice of last year has nothing to do with today's run."""
    old = [line(n, f"2025-10-25 08:{n:02d}:00", "0.60") for n in range(30)]
    warehouse = reconciled(tmp_path, books(DAYS[:1], LEGS, [*prices(), invoice(*old)]))
    assert warehouse.rows("select count(*) from warehouse.main.int_invoice_clocks") == [(0,)]
    assert warehouse.rows("select invoice_number, from_utc::varchar from invoice_coverage") == [
        ("INV-1", "2025-10-25 00:00:05")
    ]
