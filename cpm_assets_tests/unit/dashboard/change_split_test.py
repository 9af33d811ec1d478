"""The split of a change in cost and in CPM: the parts add up to the last digit, and each says what its name says."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.change_split import Periods, Split, halves, latest, split_of
from dashboard.published import Figures
from dashboard.segment import Segment
from dashboard.sql_files import query

Cell = tuple[bool, str, str, int, Decimal, Decimal | None]
"""is_later, carrier, prefix, billed seconds, total cost, fees of it."""

MOST_A_SECOND = 1_017
"""A minute at 1,000 and a connection fee of 1,000 for a leg of one second: the most that D5's bounds allow."""


@st.composite
def one_cell(draw: st.DrawFn) -> Cell:
    """Any sums that D5's bounds allow, with their fees a part of the cost; without seconds they are attempts' fees."""
    seconds = draw(st.integers(0, 10**7))
    cost = draw(st.decimals(min_value=0, max_value=seconds * MOST_A_SECOND or 10**6, places=6))
    fees = draw(st.decimals(min_value=0, max_value=cost, places=6)) if seconds else cost
    return draw(st.booleans()), draw(st.sampled_from("AB")), draw(st.sampled_from(["1", "49"])), seconds, cost, fees


cells = st.lists(one_cell(), max_size=12)


@pytest.fixture(scope="module")
def connection(figures: Figures) -> duckdb.DuckDBPyConnection:
    """A table `given` to split, and the published cost_per_minute()."""
    (definition,) = figures.rows(
        "select macro_definition from duckdb_functions() where function_name = 'cost_per_minute'"
    )[0]
    connection = duckdb.connect(":memory:")
    connection.execute(f"create macro cost_per_minute(total_cost, billed_seconds) as {definition}")
    connection.execute(
        "create table given (is_later boolean, carrier_name text, prefix text, billed_seconds bigint, "
        "total_cost decimal(18, 6), fees decimal(18, 6))"
    )
    return connection


def split(connection: duckdb.DuckDBPyConnection, rows: Sequence[Cell]) -> Split:
    connection.execute("delete from given")
    if rows:
        connection.executemany("insert into given values (?, ?, ?, ?, ?, ?)", rows)
    return Split(*connection.execute(query("change_split", cells="from given")).fetchone())


@settings(max_examples=100, deadline=None)
@given(rows=cells)
def test_the_parts_add_up_exactly(connection: duckdb.DuckDBPyConnection, rows: list[Cell]) -> None:
    """A rest of a cent is what everybody then asks about; it must not be there for any figures."""
    found = split(connection, rows)
    assert found.cost_before == sum((row[4] for row in rows if not row[0]), Decimal(0))
    assert found.cost_after == sum((row[4] for row in rows if row[0]), Decimal(0))
    assert found.cost_before + found.price + found.mix + found.volume == found.cost_after
    if found.cpm_price is not None:
        assert found.cpm_before + found.cpm_price + found.cpm_mix + found.cpm_fees == found.cpm_after


@settings(max_examples=100, deadline=None)
@given(rows=cells)
def test_the_parts_are_the_rule_in_rational_numbers(connection: duckdb.DuckDBPyConnection, rows: list[Cell]) -> None:
    """Stated independently: what the integers leave is less than a few millionths, whatever the figures."""
    before, after = ({}, {})
    for is_later, carrier, prefix, seconds, cost, _ in rows:
        side = after if is_later else before
        had = side.get((carrier, prefix), (0, Fraction(0)))
        side[carrier, prefix] = (had[0] + seconds, had[1] + Fraction(cost))
    volume_before, volume_after = (sum(seconds for seconds, _ in side.values()) for side in (before, after))
    if not (volume_before and volume_after):
        return
    cost_before, kept = sum((cost for _, cost in before.values()), Fraction(0)), Fraction(0)
    for cell, (seconds, cost) in after.items():
        seconds_before, cost_of_cell = before.get(cell, (0, Fraction(0)))
        kept += cost_of_cell * seconds / seconds_before if seconds and seconds_before else cost
    found = split(connection, rows)
    scaled = cost_before * volume_after / volume_before
    assert abs(Fraction(found.volume) - (scaled - cost_before)) <= Fraction(2, 10**6)
    assert abs(Fraction(found.mix) - (kept - scaled)) <= Fraction(4, 10**6)


def test_only_the_rate_moved_is_price(connection: duckdb.DuckDBPyConnection) -> None:
    """A dearer card put down to traffic is never disputed."""
    found = split(
        connection,
        [(False, "A", "1", 600, Decimal("0.10"), Decimal(0)), (True, "A", "1", 600, Decimal("0.15"), Decimal(0))],
    )
    assert (found.price, found.mix, found.volume) == (Decimal("0.05"), 0, 0)
    assert (found.cpm_price, found.cpm_mix, found.cpm_fees) == (Decimal("0.005"), 0, 0)


def test_only_more_minutes_is_volume(connection: duckdb.DuckDBPyConnection) -> None:
    """Growth put down to prices sends somebody to renegotiate for nothing."""
    found = split(
        connection,
        [(False, "A", "1", 600, Decimal("0.10"), Decimal(0)), (True, "A", "1", 1_200, Decimal("0.20"), Decimal(0))],
    )
    assert (found.price, found.mix, found.volume) == (0, 0, Decimal("0.10"))
    assert found.cpm_before == found.cpm_after


def test_minutes_that_moved_to_a_dearer_carrier_are_mix(connection: duckdb.DuckDBPyConnection) -> None:
    """The guide's fallback case: CPM spikes while every carrier's price is flat."""
    rows = [
        *(
            (False, carrier, "1", 600, cost, Decimal(0))
            for carrier, cost in (("A", Decimal("0.1")), ("B", Decimal("0.5")))
        ),
        *((True, "B", "1", seconds, cost, Decimal(0)) for seconds, cost in ((1_200, Decimal("1.0")),)),
    ]
    found = split(connection, rows)
    assert (found.price, found.mix, found.volume) == (0, Decimal("0.4"), 0)
    assert (found.cpm_price, found.cpm_mix, found.cpm_fees) == (0, Decimal("0.02"), 0)


def test_fees_alone_move_cpm_by_fees(connection: duckdb.DuckDBPyConnection) -> None:
    """Short calls with a connection fee look like a price rise; the card has not changed."""
    found = split(
        connection,
        [
            (False, "A", "1", 600, Decimal("0.10"), Decimal("0.02")),
            (True, "A", "1", 600, Decimal("0.13"), Decimal("0.05")),
        ],
    )
    assert (found.cpm_price, found.cpm_mix, found.cpm_fees) == (0, 0, Decimal("0.003"))


def test_without_minutes_in_both_periods_all_is_volume_and_cpm_is_not_split(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """There is nothing to compare; a division by no minutes must not end the page."""
    found = split(connection, [(True, "A", "1", 600, Decimal("0.10"), Decimal(0))])
    assert (found.price, found.mix, found.volume, found.cpm_price) == (0, 0, Decimal("0.10"), None)
    assert split(connection, []).volume == 0


def test_without_fees_cost_is_split_and_cpm_is_not(connection: duckdb.DuckDBPyConnection) -> None:
    """Fees that are not known are not 0."""
    rows = [(False, "A", "1", 600, Decimal("0.10"), None), (True, "A", "1", 1_200, Decimal("0.20"), None)]
    found = split(connection, rows)
    assert (found.volume, found.cpm_fees, found.cpm_price) == (Decimal("0.10"), None, None)


def test_from_legs_and_from_prefixes_the_cost_is_split_alike(figures: Figures) -> None:
    """When legs get too old to be published, last month's split of cost must not change."""
    segment, periods = Segment("USD", date(2026, 3, 28), date(2026, 10, 26)), latest(date(2026, 10, 26), 2)
    of_legs = split_of(figures, segment, periods)
    values = {"currency": "USD", **vars(periods)}
    of_prefixes = Split(
        *figures.rows(query("change_split", cells=query("cells_of_prefixes", chosen="true")), values)[0]
    )
    assert of_legs.cpm_fees is not None
    assert vars(of_legs) | {"cpm_price": None, "cpm_mix": None, "cpm_fees": None} == vars(of_prefixes)


def test_halves_of_a_range_are_as_long_as_each_other() -> None:
    """Eight days against seven would show an eighth more cost for nothing."""
    assert halves(date(2026, 11, 1), date(2026, 11, 5)) == Periods(*(date(2026, 11, day) for day in (2, 3, 4, 5)))
    assert halves(date(2026, 11, 1), date(2026, 11, 1)) is None
