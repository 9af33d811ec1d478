"""The shared rating vectors, each through the real models.

Every vector file becomes one run: a carrier for each case, so that cases cannot help each other. The cases come from
other systems' tests and documentation (column `source`).
"""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, Row, RunInputs, card, contract, leg

VECTORS = Path(__file__).parents[2] / "vectors"
DAY = date(2026, 10, 25)
START = datetime(2026, 10, 25, 12, tzinfo=UTC)

Case = dict[str, str]
Costed = dict[str, dict[str, Any]]


def vectors(name: str) -> list[Case]:
    """The cases of one file."""
    with (VECTORS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def by_id(name: str) -> pytest.MarkDecorator:
    """One test per case, named by its id."""
    return pytest.mark.parametrize("case", vectors(name), ids=lambda case: case["id"])


def costed(
    memory: MemoryWarehouse,
    cases: list[Case],
    cards_of: Callable[[Case], list[Row]],
    contract_of: Callable[[Case], Row],
    leg_of: Callable[[Case], Row],
) -> Costed:
    """The costed leg of each case by id. A card row without a carrier is the case's own."""
    cards = [{**row, "carrier_name": row["carrier_name"] or case["id"]} for case in cases for row in cards_of(case)]
    contracts = [dict(contract_of(case)) | {"carrier_name": case["id"]} for case in cases]
    legs = [leg(case["id"], START, **({"carrier_name": case["id"]} | dict(leg_of(case)))) for case in cases]
    inputs = RunInputs(
        days=[Day(DAY)],
        extractions=[Extraction(DAY, legs=legs)],
        deliveries=[Delivery("rate_cards", cards), Delivery("carrier_contracts", contracts)],
    )
    memory.run(inputs, "int_costed_attempt")
    names = "leg_id, billed_seconds, total_cost, rating_status, matched_prefix, rate_per_minute, destination_region"
    rows = memory.rows(f"select {names} from warehouse.main.int_costed_attempt")  # noqa: S608
    return {row[0]: dict(zip(names.split(", "), row, strict=True)) for row in rows}


@pytest.fixture(scope="module")
def charges(memory: MemoryWarehouse) -> Costed:
    return costed(
        memory,
        vectors("charges"),
        lambda case: [
            card("1", case["rate_per_minute"], carrier_name=None, connection_fee=Decimal(case["connection_fee"]))
        ],
        lambda case: contract(
            **increments(case),
            rounding_mode=case["rounding_mode"],
            rounding_decimals=int(case["rounding_decimals"]),
        ),
        lambda case: {"billing_seconds": int(case["seconds"])},
    )


@pytest.fixture(scope="module")
def billed(memory: MemoryWarehouse) -> Costed:
    return costed(
        memory,
        vectors("increments") + vectors("minimums"),
        lambda case: [card("1", "0.01", carrier_name=None)],
        lambda case: contract(
            **increments(case), increment_rule=case["rule"], minimum_seconds=int(case.get("minimum_s", "0"))
        ),
        lambda case: {"billing_seconds": int(case["seconds"])},
    )


@pytest.fixture(scope="module")
def matched(memory: MemoryWarehouse) -> Costed:
    """Case A28's deck is carrier A's; a second carrier has the row that A must not use."""
    cases = vectors("longest_prefix")
    return costed(
        memory,
        cases,
        lambda case: (
            [card(*entry.split("="), carrier_name=None) for entry in case["deck"].split()]
            + [card(case["number"][:4], "9", carrier_name="another carrier") for _ in [0] if not case["expected_rate"]]
        ),
        lambda case: contract(),
        lambda case: {"destination_number": case["number"]},
    )


def increments(case: Case) -> dict[str, int]:
    """The pair of a case as contract columns."""
    return {"initial_increment_seconds": int(case["initial_s"]), "increment_seconds": int(case["step_s"])}


@by_id("charges")
def test_a_charge_is_exact(case: Case, charges: Costed) -> None:
    """A charge off by one unit is off by thousands over a month, and nobody can say by which rule."""
    assert charges[case["id"]]["total_cost"] == Decimal(case["charge"])


@by_id("increments")
def test_increments_bill_the_seconds_the_carrier_bills(case: Case, billed: Costed) -> None:
    """One wrong step per leg is the 8 to 15 per cent by which the guide warns costs are understated."""
    assert billed[case["id"]]["billed_seconds"] == int(case["billed_s"])


@by_id("minimums")
def test_a_minimum_is_applied_before_the_increments(case: Case, billed: Costed) -> None:
    """A minimum that is no multiple of the step is itself stepped up; the other order bills less than the carrier."""
    assert billed[case["id"]]["billed_seconds"] == int(case["billed_s"])


@by_id("longest_prefix")
def test_the_longest_prefix_of_the_own_card_prices(case: Case, matched: Costed) -> None:
    """A shorter prefix or another carrier's row prices a mobile call as a landline."""
    row = matched[case["id"]]
    assert row["matched_prefix"] == (case["expected_prefix"] or None)
    assert row["rate_per_minute"] == (Decimal(case["expected_rate"]) if case["expected_rate"] else None)
    assert (row["total_cost"] is None) == (not case["expected_rate"])
