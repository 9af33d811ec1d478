"""Claims about `resources/group_files.py`: a group's file holds the group's rows, and follows the policy."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cpm_assets.domain.access_policy import Grant, group_files
from cpm_assets.resources import group_files as group_files_module
from cpm_assets.resources.group_files import GroupFilesReport, publish_groups
from cpm_assets.resources.published import PublishedSnapshots

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
TABLES = """
create table cpm_daily as select * from (values ('Acme', 'Germany', 1), ('Acme', 'France', 2), ('Beta', 'France', 3))
    as sums (carrier_name, destination_region, total_cost);
comment on table cpm_daily is 'One row per carrier''s day.';
comment on column cpm_daily.total_cost is 'Currency units.';
create table invoice_totals as select 'Acme' as carrier_name;
create table rejected_legs as select 'Beta' as raw_text;
create macro cost_per_minute(total_cost, billed_seconds) as total_cost * 60 / billed_seconds;
create table access_policy
    (principal varchar, principal_type varchar, carrier_name varchar, destination_region varchar);
"""
Row = tuple[str, str, str, str]
FRANCE, ACME = ("france", "group", "*", "France"), ("acme desk", "group", "Acme", "*")


class Publisher:
    """A published directory, published again and again with another policy."""

    def __init__(self, root: Path) -> None:
        self.root, self._number, self.said = root / "published", 0, []

    def publish(self, *policy: Row) -> GroupFilesReport:
        self._number += 1
        marts = self.root.parent / f"marts{self._number}.duckdb"
        with duckdb.connect(str(marts)) as connection:
            connection.execute(TABLES)
            connection.executemany("insert into access_policy values (?, ?, ?, ?)", policy) if policy else None
        snapshots = PublishedSnapshots(self.root)
        version = snapshots.publish(marts, snapshots.name(NOON + timedelta(hours=self._number), "run"))
        return publish_groups(self.root, version, self.said.append)

    def rows(self, stem: str, query: str) -> Sequence[Any]:
        with duckdb.connect(str(self.root / f"{stem}.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def links(self) -> list[str]:
        return sorted(link.name for link in self.root.glob("*.duckdb"))


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path)


def test_a_groups_file_holds_the_groups_rows_with_comments_and_functions(publisher: Publisher) -> None:
    """A BI tool without row-level security shows whatever is in the file that it is given."""
    report = publisher.publish(FRANCE, ACME, ("ana", "user", "*", "*"))
    assert publisher.links() == ["acme_desk.duckdb", "cpm.duckdb", "france.duckdb"]
    assert sorted(report.files) == ["acme desk", "france"]
    assert publisher.rows("france", "from cpm_daily order by 1") == [("Acme", "France", 2), ("Beta", "France", 3)]
    assert publisher.rows("acme_desk", "select total_cost from cpm_daily order by 1") == [(1,), (2,)]
    assert publisher.rows("france", "select cost_per_minute(1, 30)") == [(2.0,)]
    assert publisher.rows("france", "select comment from duckdb_tables()") == [("One row per carrier's day.",)]
    comment = "select comment from duckdb_columns() where column_name = 'total_cost'"
    assert publisher.rows("france", comment) == [("Currency units.",)]


def test_hidden_tables_and_the_policy_itself_are_left_out(publisher: Publisher) -> None:
    """An empty table of rejects would say that nothing was rejected; the policy names people."""
    publisher.publish(FRANCE, ACME, ("auditors", "group", "*", "*"))
    names = "select table_name from duckdb_tables() order by 1"
    assert publisher.rows("france", names) == [("cpm_daily",)]
    assert publisher.rows("acme_desk", names) == [("cpm_daily",), ("invoice_totals",)]
    assert publisher.rows("auditors", names) == [("cpm_daily",), ("invoice_totals",), ("rejected_legs",)]


def test_a_group_that_is_withdrawn_loses_its_file_and_its_older_versions(publisher: Publisher) -> None:
    """A tool that goes on reading yesterday's file was not withdrawn anything."""
    publisher.publish(FRANCE, ACME)
    report = publisher.publish(("france", "group", "Beta", "France"))
    assert (publisher.links(), report.removed) == (["cpm.duckdb", "france.duckdb"], ["acme_desk"])
    assert publisher.rows("france", "from cpm_daily") == [("Beta", "France", 3)]
    assert publisher.publish().removed == ["france"]
    assert list(publisher.root.glob("groups/*")) == []


def test_a_groups_file_is_of_the_version_that_the_link_shows(publisher: Publisher) -> None:
    """Two tools side by side must not show two days."""
    publisher.publish(FRANCE)
    publisher.publish(FRANCE)
    assert (publisher.root / "france.duckdb").resolve().name == (publisher.root / "cpm.duckdb").resolve().name


def test_a_file_that_cannot_be_made_takes_its_link_away(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk the old file would go on showing what the new policy withdrew."""
    publisher.publish(FRANCE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cpm_assets.resources.group_files.copy_comments", full)
    with pytest.raises(OSError, match="No space"):
        publisher.publish(FRANCE)
    assert publisher.links() == ["cpm.duckdb"]


def test_one_groups_failure_leaves_no_other_on_rows_that_were_withdrawn(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desks after it in the alphabet would go on reading what was taken from them, run after run."""
    publisher.publish(("alpha", "group", "*", "France"), ("zeta", "group", "Beta", "*"))
    write = group_files_module._write

    def refused(version: Path, part: Path, grants: frozenset[Grant]) -> None:
        if grants == frozenset([Grant("*", "France")]):
            raise OSError(28, "No space left on device")
        write(version, part, grants)

    monkeypatch.setattr(group_files_module, "_write", refused)
    with pytest.raises(OSError, match="No space"):
        publisher.publish(("alpha", "group", "*", "France"), ("zeta", "group", "Acme", "*"))
    assert publisher.links() == ["cpm.duckdb", "zeta.duckdb"]
    assert publisher.rows("zeta", "select distinct carrier_name from cpm_daily") == [("Acme",)]


def test_another_file_beside_the_published_ones_is_left_alone(publisher: Publisher) -> None:
    """An analyst's own file went with the next publish."""
    publisher.publish(FRANCE)
    (publisher.root / "analysis.duckdb").write_bytes(b"mine")
    assert publisher.publish(FRANCE).removed == []
    assert (publisher.root / "analysis.duckdb").read_bytes() == b"mine"


@pytest.mark.parametrize("group", ["cpm", "CPM", "main", "..", "/", "", "é", "x" * 200])
def test_a_name_that_makes_no_file_of_its_own_is_refused(group: str) -> None:
    """A group called `cpm` would replace everybody's file by its own."""
    assert group_files([group])[0] == {}


def test_two_groups_with_one_file_name_get_none(publisher: Publisher) -> None:
    """One of them would read the other's rows."""
    stems, refused = group_files(["a/b", "A b", "../a"])
    assert stems == {"../a": "_a"}
    assert sorted(refused) == ["A b", "a/b"]
    report = publisher.publish(("a/b", "group", "Acme", "*"), ("a b", "group", "Beta", "*"))
    assert (report.files, sorted(report.refused), publisher.links()) == ({}, ["a b", "a/b"], ["cpm.duckdb"])
