"""Claims about `dashboard.published`: whose rows, which version, and that no version is held longer than needed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import psutil
import pytest

from cpm_assets.resources.published import PublishedSnapshots
from dashboard.published import PublishedReader
from dashboard.viewer import LOCAL, Viewer

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


def publish(root: Path, number: int) -> PublishedSnapshots:
    """A version whose table says its number."""
    marts = root / f"marts{number}.duckdb"
    with duckdb.connect(str(marts)) as connection:
        connection.execute(f"create table cpm_daily as select {number} as version, 1.5::decimal(18, 6) as total_cost")
        connection.execute("create macro cost_per_minute(total_cost, billed_seconds) as total_cost + billed_seconds")
    snapshots = PublishedSnapshots(root / "published", grace_seconds=0)
    snapshots.publish(marts, snapshots.name(NOON + timedelta(seconds=number), "run"))
    return snapshots


def test_before_the_first_publish_there_are_no_figures(tmp_path: Path) -> None:
    """The first thing that a new user opens must not be a stack trace."""
    reader = PublishedReader(tmp_path / "published" / "cpm.duckdb")
    assert (reader.version(), reader.figures(LOCAL)) == (None, None)


def test_money_is_decimal_and_the_published_function_is_at_hand(tmp_path: Path) -> None:
    """A second CPM rule in the dashboard would differ from the tables' one day."""
    publish(tmp_path, 1)
    figures = PublishedReader(tmp_path / "published" / "cpm.duckdb").figures(LOCAL)
    assert figures.rows("select total_cost, cost_per_minute(total_cost, $n) from cpm_daily", {"n": 1}) == [
        (Decimal("1.500000"), Decimal("2.500000"))
    ]


def test_a_newer_version_is_followed_and_the_old_one_closed_once_nobody_reads_it(tmp_path: Path) -> None:
    """Versions that stay open are never pruned: a dashboard that runs for months would fill the disk."""
    reader = PublishedReader(tmp_path / "published" / "cpm.duckdb")
    old = publish(tmp_path, 1).current()
    shown = reader.figures(LOCAL)
    new = publish(tmp_path, 2).current()
    assert reader.version() == new.name
    assert reader.figures(LOCAL).rows("select version from cpm_daily") == [(2,)]
    assert shown.rows("select version from cpm_daily") == [(1,)], "a page that is being made keeps what it began with"
    assert old in open_files()
    del shown
    assert old not in open_files()
    assert new in open_files()


def open_files() -> set[Path]:
    return {Path(file.path) for file in psutil.Process().open_files()}


@pytest.mark.parametrize(
    "sql", ["attach 'other.duckdb'", "copy cpm_daily to 'out.csv'", "set enable_external_access = true"]
)
def test_a_query_reaches_nothing_but_the_published_file(tmp_path: Path, sql: str) -> None:
    """Whatever a page is made to ask must not read or write the server's disk."""
    publish(tmp_path, 1)
    figures = PublishedReader(tmp_path / "published" / "cpm.duckdb").figures(LOCAL)
    with pytest.raises(duckdb.Error):
        figures.rows(sql)


def test_two_viewers_of_one_version_see_their_own_rows(tmp_path: Path) -> None:
    """They share the server, the file and DuckDB's memory, and nothing else."""
    marts = tmp_path / "marts.duckdb"
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "create table dim_carrier as select unnest(['Acme', 'Beta']) as carrier_name; "
            "create table access_policy as "
            "select * from (values ('ana', 'user', 'Acme', '*'), ('team', 'group', 'Beta', '*')) "
            "as policy (principal, principal_type, carrier_name, destination_region)"
        )
    PublishedSnapshots(tmp_path / "published").publish(marts, "cpm-1.duckdb")
    reader = PublishedReader(tmp_path / "published" / "cpm.duckdb")
    viewers = Viewer("ana"), Viewer("bo", frozenset({"team"})), Viewer("eve"), LOCAL
    seen = [reader.figures(viewer) for viewer in viewers]
    assert [[name for (name,) in figures.rows("from dim_carrier")] for figures in seen] == [
        ["Acme"],
        ["Beta"],
        [],
        ["Acme", "Beta"],
    ]
    assert [bool(figures.grants) for figures in seen] == [True, True, False, True]
    assert [figures.shows("access_policy") for figures in seen] == [False, False, False, True]
