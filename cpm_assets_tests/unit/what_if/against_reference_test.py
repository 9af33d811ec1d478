"""What-if against the plain-Python reference: random traffic, decks and contracts, priced as another carrier's.

The reference is asked leg by leg with the carrier's name exchanged; the product runs the compiled production models
over a published and a working file. What the asset does around it is in `pipeline/day_test.py`.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from cpm_assets.domain.what_if import Scenario, WhatIfError
from cpm_assets.resources.what_if import PRICING_MODELS, comparison, price_as_candidate, put_traffic
from cpm_assets_tests.compiled_models import CompiledModel, MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, Row, RunInputs
from cpm_assets_tests.unit.rating.random_worlds import DAYS, random_deliveries, random_legs
from cpm_assets_tests.unit.rating.reference_rating import Costed, ReferenceRating

NOT_BILLED, UNRATED = "(not billed)", "(unrated)"
KEYS = (
    *("destination_region", "prefix", "currency"),
    *("candidate_destination_region", "candidate_prefix", "candidate_currency"),
)
SUMS = (
    *("legs", "unrated_legs", "billed_seconds", "total_cost"),
    *("candidate_unrated_legs", "candidate_billed_seconds", "candidate_cost"),
    *("compared_legs", "compared_cost", "compared_candidate_cost", "saving"),
)


class World:
    """One random world, built by the production models into the two files that a what-if reads."""

    def __init__(self, compiled: dict[str, CompiledModel], directory: Path, seed: int) -> None:
        random = Random(seed)
        self.directory, self._compiled = directory, compiled
        self.legs, self.deliveries = random_legs(random), random_deliveries(random)
        by_day = {day: [leg for leg in self.legs if leg["start_time_utc"].date() == day] for day in DAYS}
        warehouse = MemoryWarehouse(compiled, directory)
        warehouse.run(
            RunInputs(
                days=[Day(day) for day in DAYS],
                extractions=[Extraction(day, legs=of_day) for day, of_day in by_day.items()],
                deliveries=self.deliveries,
                settings={"tolerated_unknown_carrier_legs": 10_000, "tolerated_zero_billing_legs": 10_000},
            ),
            "costed_legs",
        )
        self._run = warehouse.connection.table("memory.run_inputs.run").to_arrow_table()
        warehouse.connection.close()

    @contextmanager
    def asked(self, scenario: Scenario, *, is_old: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A database in which the scenario is answered; `int_costed_attempt` and `comparison` can be read.

        With `is_old` the days are older than CPM_LEG_DAYS: their legs are in frozen files and in the lake alone.
        """
        with duckdb.connect(":memory:") as connection:
            connection.execute("attach ':memory:' as warehouse; attach ':memory:' as cpm; set TimeZone = 'UTC'")
            connection.execute(f"attach '{self.directory}/cpm.duckdb' as published (read_only)")
            connection.execute(f"attach '{self.directory}/warehouse.duckdb' as working (read_only)")
            connection.register("given", self._run)
            connection.execute("create schema memory.run_inputs; create table memory.run_inputs.run as from given")
            if is_old:
                put_traffic(connection, scenario, *self._only_in_files(connection))
            else:
                put_traffic(connection, scenario, [])
            price_as_candidate(connection, {name: self._compiled[name].sql for name in PRICING_MODELS})
            yield connection

    def _only_in_files(self, connection: duckdb.DuckDBPyConnection) -> tuple[list[Path], list[Path]]:
        """The legs as a frozen file, their numbers as a parsed one, and in the attached databases none of them."""
        frozen, parsed = self.directory / "frozen.parquet", self.directory / "parsed.parquet"
        connection.table("published.main.costed_legs").write_parquet(str(frozen))
        numbers = "extraction_id, page_number, position, destination_digits"
        connection.table("working.main.normalized_usage").project(numbers).write_parquet(str(parsed))
        for name, file, table in (
            ("published", "cpm", "costed_legs"),
            ("working", "warehouse", "normalized_usage"),
        ):
            copy = self.directory / f"{file} without legs.duckdb"
            shutil.copyfile(self.directory / f"{file}.duckdb", copy)
            connection.execute(f"detach {name}; attach '{copy}' as {name}; delete from {name}.main.{table}")
        return [frozen], [parsed]

    def expected(self, scenario: Scenario) -> dict[tuple[Any, ...], dict[str, Any]]:
        """The answer by the sentences of the decisions."""
        ours = ReferenceRating(self.deliveries, self.legs, is_finalizing=False)
        theirs = ReferenceRating(_only(self.deliveries, scenario.candidate_carrier_name), self.legs, is_finalizing=True)
        groups: dict[tuple[Any, ...], list[tuple[_Side, _Side]]] = defaultdict(list)
        for leg in self.legs:
            is_traffic = (
                leg["carrier_name"] == scenario.carrier_name
                and scenario.first_day <= leg["start_time_utc"].date() <= scenario.last_day
                and ours.leg_type(leg) in ("primary", "transfer", "attempt")
                and leg["end_time_utc"] is not None
            )
            if not is_traffic:
                continue
            one = _Side(ours.cost(leg), rated=("rated", "unknown_carrier"))
            other = _Side(theirs.cost({**leg, "carrier_name": scenario.candidate_carrier_name}), rated=("rated",))
            if one.is_billed or other.is_billed:
                key = (
                    *(one.region, one.prefix, one.currency if one.is_billed else other.currency),
                    *(other.region, other.prefix, other.currency if other.is_billed else one.currency),
                )
                groups[key].append((one, other))
        return {key: _sums(pairs, is_one_currency=key[2] == key[5]) for key, pairs in groups.items()}


class _Side:
    """What one carrier would ask for a leg; `rated` are the states in which its cost counts."""

    def __init__(self, costed: Costed, rated: tuple[str, ...]) -> None:
        self.is_billed = costed.is_billable
        is_priced = costed.rating_status in rated and costed.total_cost is not None
        self.cost = (costed.total_cost if is_priced else None) if costed.is_billable else Decimal(0)
        self.region = (costed.destination_region if is_priced else UNRATED) if costed.is_billable else NOT_BILLED
        self.prefix, self.currency = costed.matched_prefix, costed.currency
        self.seconds = (costed.billed_seconds or 0) if self.cost is not None else 0


def _sums(pairs: list[tuple[_Side, _Side]], *, is_one_currency: bool) -> dict[str, Any]:
    compared = [
        (one, other) for one, other in pairs if is_one_currency and None not in (one.cost, other.cost)
    ]  # fmt: skip
    return {
        "legs": len(pairs),
        "unrated_legs": sum(one.cost is None for one, _ in pairs),
        "billed_seconds": sum(one.seconds for one, _ in pairs),
        "total_cost": _total([one.cost for one, _ in pairs]),
        "candidate_unrated_legs": sum(other.cost is None for _, other in pairs),
        "candidate_billed_seconds": sum(other.seconds for _, other in pairs),
        "candidate_cost": _total([other.cost for _, other in pairs]),
        "compared_legs": len(compared),
        "compared_cost": _total([one.cost for one, _ in compared]),
        "compared_candidate_cost": _total([other.cost for _, other in compared]),
        "saving": _total([one.cost - other.cost for one, other in compared]),
    }


def _total(costs: list[Decimal | None]) -> Decimal | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if known else None


def _only(deliveries: list[Delivery], carrier: str) -> list[Delivery]:
    """The deliveries with the rows of one carrier."""
    return [
        replace(delivery, rows=[row for row in delivery.rows if row["carrier_name"] == carrier])
        for delivery in deliveries
    ]


def _answer(connection: duckdb.DuckDBPyConnection, scenario: Scenario) -> dict[tuple[Any, ...], Row]:
    relation = comparison(connection, scenario)
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    found = {tuple(row[name] for name in KEYS): {name: row[name] for name in SUMS} for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture(scope="module", params=[3, 8])
def world(request: pytest.FixtureRequest, compiled: dict[str, CompiledModel], tmp_path_factory: Any) -> World:
    """A random world with several currencies, billed attempts and carriers of nearly one name."""
    return World(compiled, tmp_path_factory.mktemp("what_if"), request.param)


def _scenario(carrier: str, candidate: str, **changed: Any) -> Scenario:
    return replace(Scenario(carrier, candidate, DAYS[0], DAYS[-1]), **changed)


@pytest.mark.parametrize(("carrier", "candidate"), [("Acme", "acme"), ("acme", 'O\'Neil "☎"'), ("Acme ", "Acme")])
def test_another_carriers_prices_equal_the_reference(world: World, carrier: str, candidate: str) -> None:
    """D4, D7, D9, D12, D27: a tender decided by a second, slightly different statement of the price rule."""
    scenario = _scenario(carrier, candidate)
    expected = world.expected(scenario)
    with world.asked(scenario) as connection:
        assert _answer(connection, scenario) == expected
    assert sum(sums["legs"] for sums in expected.values()) > 30


def test_legs_older_than_the_setting_are_priced_from_the_frozen_files_and_the_lake(world: World) -> None:
    """Without their numbers every old leg would be unrated, and last year's tender without an answer."""
    scenario = _scenario("Acme", "acme")
    with world.asked(scenario, is_old=True) as connection:
        assert _answer(connection, scenario) == world.expected(scenario)


def test_a_period_within_the_days_is_that_period(world: World) -> None:
    """The comparison of one month with another carrier's must not take in the day before."""
    scenario = _scenario("Acme", "acme", first_day=DAYS[1], last_day=DAYS[1])
    with world.asked(scenario) as connection:
        assert _answer(connection, scenario) == world.expected(scenario)


def test_a_carrier_at_its_own_prices_saves_nothing(world: World) -> None:
    """If this differed from 0, every saving would hold the error of the method."""
    scenario = _scenario("Acme", "Acme")
    with world.asked(scenario) as connection:
        answer = _answer(connection, scenario)
        leg_ids = connection.execute("select count(*) from warehouse.main.int_costed_attempt").fetchone()
    assert leg_ids
    for key, sums in answer.items():
        if UNRATED not in (key[0], key[3]):
            assert sums["saving"] == 0
            assert (sums["total_cost"], sums["billed_seconds"]) == (
                sums["candidate_cost"],
                sums["candidate_billed_seconds"],
            )


def test_an_offer_without_a_past_can_be_priced_on_a_day_of_its_own(world: World) -> None:
    """A tender's card begins next month: without a day to price by, every leg would be unrated."""
    last_year = {"first_day": DAYS[0], "last_day": DAYS[-1]}
    too_early = _scenario("Acme", "acme", priced_on=date(2020, 1, 1), **last_year)
    with world.asked(too_early) as connection:
        answer = _answer(connection, too_early)
    assert {key[3] for key in answer} <= {UNRATED, NOT_BILLED}
    assert all(sums["candidate_cost"] in (None, 0) and not sums["candidate_billed_seconds"] for sums in answer.values())
    in_force = _scenario("Acme", "acme", priced_on=DAYS[-1], **last_year)
    with world.asked(in_force) as connection:
        assert any(sums["candidate_cost"] for sums in _answer(connection, in_force).values())


def test_the_answer_holds_no_number(world: World) -> None:
    """D28: a number's only way out of the warehouse is the setting that publishes it."""
    scenario = _scenario("Acme", "acme")
    with world.asked(scenario) as connection:
        columns = set(comparison(connection, scenario).columns)
    assert columns == {"carrier_name", "candidate_carrier_name", *KEYS, *SUMS}


@pytest.mark.parametrize(
    ("carrier", "candidate", "said"),
    [("Nobody", "acme", "'Nobody' has no leg with figures"), ("Acme", "Nobody", "'Nobody' has no rate card")],
)
def test_a_question_about_nobody_is_refused(world: World, carrier: str, candidate: str, said: str) -> None:
    """A mistyped name must not come out as a carrier that costs nothing."""
    with pytest.raises(WhatIfError, match=said), world.asked(_scenario(carrier, candidate)):
        pass
