"""Claims about `figure_changes`: every published cell that moved is there with its cause, and nothing that did not.

Two builds of the same days. Each cause has a carrier of its own, so that one second build carries them all.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cpm_assets_tests.run_rows import Day, Delivery, Extraction, Row, RunInputs, card, contract, leg
from cpm_assets_tests.warehouse_harness import TestWarehouse

DAY = date(2026, 10, 20)
OPEN_DAY = date(2026, 10, 22)
CARRIERS = ("New", "Gone", "Longer", "Card", "Contract", "Same", "Moves", "Unrated")


def at(day: date, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, 12, minute, tzinfo=UTC)


def build(number: int, legs: Sequence[Row], more: Sequence[Delivery] = ()) -> RunInputs:
    """A build of DAY and of the open day with these legs."""
    cards = [card("1", "0.01", carrier_name=carrier) for carrier in CARRIERS if carrier != "Unrated"]
    built = datetime(2026, 10, 22, number, tzinfo=UTC)
    return RunInputs(
        days=[Day(day, run_id=f"run-{number}", built_at_utc=built) for day in (DAY, OPEN_DAY)],
        extractions=[
            Extraction(day, [row for row in legs if row["start_time_utc"].date() == day], started_at=built)
            for day in (DAY, OPEN_DAY)
        ],
        deliveries=[Delivery("rate_cards", [*cards, card("33", "0.01", carrier_name="Unrated")]), *more],
        settings={"first_day": DAY, "open_day": OPEN_DAY},
    )


BEFORE = [
    *(leg(f"{carrier}-1", at(DAY), carrier_name=carrier) for carrier in CARRIERS),
    leg("Gone-2", at(DAY, 1), carrier_name="Gone"),
    leg("open", at(OPEN_DAY), carrier_name="Same"),
]
AFTER = [
    *(row for row in BEFORE if row["leg_id"] not in ("Gone-2", "Longer-1", "Moves-1")),
    leg("New-2", at(DAY, 1), carrier_name="New"),
    leg("Longer-1", at(DAY), carrier_name="Longer", billing_seconds=120),
    leg("Moves-1", at(DAY), carrier_name="Same"),
    leg("open-2", at(OPEN_DAY), carrier_name="Same"),
]
DEARER = [
    Delivery(
        "rate_cards", [card("1", "0.03", carrier_name="Card")], received_at_utc=datetime(2026, 10, 21, tzinfo=UTC)
    ),
    Delivery(
        "rate_cards", [card("1", "0.01", carrier_name="Same")], received_at_utc=datetime(2026, 10, 21, tzinfo=UTC)
    ),
    Delivery("rate_cards", [card("1", "0.05", carrier_name="Unrated")], file_name="late.csv"),
    Delivery("carrier_contracts", [contract("Contract", initial_increment_seconds=90, increment_seconds=30)]),
]


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the second build changed, by carrier and cause."""
    warehouse = TestWarehouse(tmp_path_factory.mktemp("figure_changes"))
    warehouse.build(build(1, BEFORE))
    assert warehouse.rows("select count(*) from cpm.figure_changes") == [(0,)], "a day's first figures are no change"
    warehouse.build(build(2, AFTER, DEARER))
    columns = (
        "carrier_name", "cause", "legs_changed", "legs_delta", "unrated_legs_delta", "billed_seconds_delta",
        "total_cost_delta", "total_cost_before", "total_cost_after", "run_id", "usage_date",
    )  # fmt: skip
    rows = warehouse.rows(f"select {', '.join(columns)} from cpm.figure_changes order by all")  # noqa: S608
    return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("carrier", "cause", "legs", "unrated", "seconds", "cost"),
    [
        ("New", "new_leg", 1, 0, 60, "0.01"),
        ("Gone", "vanished_leg", -1, 0, -60, "-0.01"),
        ("Longer", "changed_leg", 0, 0, 60, "0.01"),
        ("Card", "card", 0, 0, 0, "0.02"),
        ("Contract", "contract", 0, 0, 30, "0.005"),
        ("Moves", "changed_leg", -1, 0, -60, "-0.01"),
        ("Same", "changed_leg", 1, 0, 60, "0.01"),
    ],
)
def test_a_cell_that_moved_says_by_how_much_and_why(
    changes: list[dict[str, Any]], carrier: str, cause: str, legs: int, unrated: int, seconds: int, cost: str
) -> None:
    """ "Yesterday it said" needs an answer that adds up: what came, what went, or who changed a price."""
    (change,) = [row for row in changes if row["carrier_name"] == carrier]
    assert (change["cause"], change["run_id"], change["usage_date"]) == (cause, "run-2", DAY)
    moved = change["legs_delta"], change["unrated_legs_delta"], change["billed_seconds_delta"]
    assert moved == (legs, unrated, seconds)
    assert change["total_cost_delta"] == Decimal(cost)
    before, after = (change[f"total_cost_{when}"] or Decimal(0) for when in ("before", "after"))
    assert after - before == change["total_cost_delta"]


def test_a_leg_that_gets_a_rate_leaves_the_unrated_ones(changes: list[dict[str, Any]]) -> None:
    """A region that appears and an unrated count that falls are one change, in two cells."""
    moved = [row for row in changes if row["carrier_name"] == "Unrated"]
    assert [(row["cause"], row["legs_delta"], row["unrated_legs_delta"]) for row in moved] == [
        ("card", 0, -1),
        ("card", 1, 0),
    ]


def test_what_is_the_same_again_and_what_grows_today_is_no_change(changes: list[dict[str, Any]]) -> None:
    """A card delivered again with the same rate, and the open day every 15 minutes, would bury what matters."""
    assert len(changes) == 9
    assert {row["usage_date"] for row in changes} == {DAY}
    assert DAY + timedelta(days=2) == OPEN_DAY
