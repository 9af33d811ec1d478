"""Claims about `resources/visible_tables.py`: what a person's views hold of a published file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cpm_assets.domain.access_policy import EVERYTHING, Grant, PolicyRow
from cpm_assets.resources.visible_tables import create_visible_views, is_shown, policy_in_force

PUBLISHED = """
create table cpm_daily (usage_date date, carrier_name varchar, destination_region varchar, total_cost decimal(18, 6));
insert into cpm_daily values
    ('2026-10-24', 'Acme', 'Germany', 1), ('2026-10-24', 'Acme', 'France', 2), ('2026-10-24', 'Beta', 'Germany', 3),
    ('2026-10-24', 'Acme', '(unrated)', null), ('2026-10-24', null, 'Germany', 5), ('2026-10-24', 'Beta', null, 6);
create table invoice_totals as select 'Acme' as carrier_name, 9 as invoice_total union all select 'Beta', 8;
create table dim_carrier as select unnest(['Acme', 'Beta']) as carrier_name;
create table dim_region as select unnest(['Germany', 'France']) as destination_region;
create table day_status as
    select date '2026-10-24' as usage_date, 'final' as status, now() as last_good_at_utc, 2023 as legs_received,
        'unknown carrier: Beta' as reason;
create table month_close as
    select 'Acme' as carrier_name, '2026-10' as billing_month, '2026-10-28 (unknown carrier: Beta)' as why_open;
create table rejected_legs as select 'Beta' as raw_text;
create table tomorrows_table as select 'Acme' as carrier_name, 'Germany' as destination_region;
create table access_policy as
    select 'ana' as principal, 'user' as principal_type, 'Acme' as carrier_name, '*' as destination_region;
create macro cost_per_minute(total_cost, billed_seconds) as total_cost * 60 / billed_seconds;
"""
QUOTES = "Acme') or true --"


@pytest.fixture
def published(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a small published file attached."""
    with duckdb.connect(str(tmp_path / "published.duckdb")) as file:
        file.execute(PUBLISHED)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'published.duckdb'}' as published (read_only)")
        yield connection


def seen(connection: duckdb.DuckDBPyConnection, *grants: tuple[str, str]) -> dict[str, list[Any]]:
    schema = f"viewer_{len(connection.execute('select * from duckdb_schemas() where not internal').fetchall())}"
    create_visible_views(connection, "published", schema, frozenset(Grant(*grant) for grant in grants))
    connection.execute(f"use memory.{schema}")
    views = connection.execute("select view_name from duckdb_views() where schema_name = $1 order by 1", [schema])
    return {view: connection.execute(f"from {view} order by all").fetchall() for (view,) in views.fetchall()}


def test_rows_of_a_carrier_and_region_are_seen_by_a_grant_that_matches_both(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """Two grants must not add up to their cross product, and a leg without carrier is nobody's."""
    rows = seen(published, ("Acme", "Germany"), ("Beta", "France"))
    assert [row[1:3] for row in rows["cpm_daily"]] == [("Acme", "Germany")]
    rows = seen(published, ("*", "Germany"))
    assert [row[1:3] for row in rows["cpm_daily"]] == [("Acme", "Germany"), ("Beta", "Germany"), (None, "Germany")]
    assert rows["dim_region"] == [("Germany",)]
    assert rows["dim_carrier"] == [("Acme",), ("Beta",)]


def test_all_of_a_carrier_holds_what_is_not_rated_and_its_invoices(published: duckdb.DuckDBPyConnection) -> None:
    """An invoice's sum tells of regions that were not granted: it takes the whole carrier."""
    rows = seen(published, ("Acme", "*"))
    assert [row[2] for row in rows["cpm_daily"]] == ["(unrated)", "France", "Germany"]
    assert rows["invoice_totals"] == [("Acme", 9)]
    assert seen(published, ("Acme", "Germany"), ("*", "France"))["invoice_totals"] == []


def test_what_is_about_all_carriers_is_shown_without_its_counts_and_reasons(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """A day's number of legs is the traffic of carriers that the reader may not see, and its reason names them."""
    rows = seen(published, ("Acme", "*"))
    ((_day, status, good_at, legs, reason),) = rows["day_status"]
    assert (status, good_at is not None, legs, reason) == ("final", True, None, None)
    assert (rows["rejected_legs"], rows["access_policy"], rows["tomorrows_table"]) == ([], [], [])
    types = published.execute("describe day_status").fetchall()
    assert types == published.execute("describe published.main.day_status").fetchall()


def test_why_a_month_is_open_names_no_other_carrier(published: duckdb.DuckDBPyConnection) -> None:
    """The reasons of days, which are hidden, would be read there."""
    assert seen(published, ("Acme", "*"))["month_close"] == [("Acme", "2026-10", None)]


def test_without_a_grant_every_view_is_empty(published: duckdb.DuckDBPyConnection) -> None:
    """Nobody is let in by a list that is not there."""
    assert not any(seen(published).values())


def test_who_sees_everything_sees_what_the_file_has(published: duckdb.DuckDBPyConnection) -> None:
    """The local viewer and the auditor miss nothing."""
    rows = seen(published, ("*", "*"))
    for table, its_rows in rows.items():
        assert its_rows == published.execute(f"from published.main.{table} order by all").fetchall()
    assert published.execute("select cost_per_minute(1, 30)").fetchone() == (2.0,)


def test_a_name_is_data_whatever_is_in_it(published: duckdb.DuckDBPyConnection) -> None:
    """A policy is a file from outside: a quote in it must not open every carrier."""
    assert seen(published, (QUOTES, "*"))["cpm_daily"] == []


def test_the_policy_is_read_from_the_file_and_an_older_file_has_none(
    published: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """A published file from before the upgrade grants nothing, rather than everything."""
    assert policy_in_force(published, "published") == [PolicyRow("ana", "user", Grant("Acme", "*"))]
    duckdb.connect(str(tmp_path / "older.duckdb")).close()
    published.execute(f"attach '{tmp_path / 'older.duckdb'}' as older (read_only)")
    assert policy_in_force(published, "older") == []


@pytest.mark.parametrize(
    ("grants", "shown"),
    [
        (EVERYTHING, (True, True, True, True)),
        ({Grant("Acme", "*")}, (True, True, True, False)),
        ({Grant("Acme", "Germany")}, (True, False, True, False)),
        (set(), (False, False, False, False)),
    ],
)
def test_an_empty_table_can_be_told_from_a_hidden_one(grants: set[Grant], shown: tuple[bool, ...]) -> None:
    """`No rejected legs` is good news, and must not be said to whoever may not see them."""
    tables = ("cpm_daily", "invoice_totals", "day_status", "rejected_legs")
    assert tuple(is_shown(table, grants) for table in tables) == shown
