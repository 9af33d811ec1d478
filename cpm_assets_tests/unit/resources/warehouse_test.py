"""Claims about `cpm_assets.resources.warehouse`: a build is seen whole or never happened, wherever it is killed."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from cpm_assets.resources.build_log import DayBuild
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.warehouse import RebuildNeededError, Warehouse
from cpm_assets_tests.unit.resources.child_processes import child

AT = datetime(2026, 11, 5, 12, tzinfo=UTC)

HOLD_FOR_WRITING = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("open")
sys.stdin.readline()
"""


def build_of(number: int) -> DayBuild:
    at = AT + timedelta(minutes=number)
    return DayBuild(date(2026, 11, number), f"run{number:05}", at, at, "accepted", False, False, None)


def set_version(file: Path, number: int) -> None:
    """What a dbt run does to a file, as far as this is concerned."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"create or replace table version as select {number} as number")


def version_of(file: Path) -> int:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute("select number from version").fetchone()[0]


def make(warehouse: Warehouse, number: int, say: Callable[[str], object] = print) -> None:
    """A build of day `number`, from beginning to end."""
    with warehouse.writing(f"run {number}", say):
        set_version(warehouse.models_file, number)
        set_version(warehouse.marts_file, number)
        warehouse.commit([build_of(number)], AT + timedelta(minutes=number), f"run{number:05}")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(DataDirectory(tmp_path), keep_snapshots=3)


def published(warehouse: Warehouse) -> int:
    return version_of(warehouse.directory.published_file)


def test_a_build_is_published_and_recorded(warehouse: Warehouse) -> None:
    """The product's main job; and a second one finds nothing to mend."""
    said: list[str] = []
    for number in (1, 2):
        make(warehouse, number, said.append)
        assert published(warehouse) == number
        assert warehouse.builds.last_of_day(date(2026, 11, number)) == build_of(number)
    assert said == []


def test_published_is_what_was_written_last_even_if_it_was_still_in_the_log(warehouse: Warehouse) -> None:
    """A copy without the write-ahead log would be the figures of the build before."""
    with warehouse.writing("run", print):
        set_version(warehouse.models_file, 1)
        with duckdb.connect(str(warehouse.marts_file)) as connection:
            connection.execute("pragma disable_checkpoint_on_shutdown")
            connection.execute("create table version as select 1 as number")
        assert warehouse.marts_file.with_name("cpm.duckdb.wal").exists(), "or this shows nothing"
        warehouse.commit([], AT, "run")
    assert published(warehouse) == 1


def test_a_build_that_failed_leaves_the_marts_as_published(warehouse: Warehouse) -> None:
    """Half a build's rows would be published by the next build, of another day."""
    make(warehouse, 1)
    with suppress(ZeroDivisionError), warehouse.writing("run 2", print):
        set_version(warehouse.marts_file, 2)
        1 / 0  # noqa: B018 - the build failed
    said: list[str] = []
    with warehouse.writing("run 3", said.append):
        assert version_of(warehouse.marts_file) == 1
    assert len(said) == 1
    assert "put back" in said[0]
    assert warehouse.builds.days() == [date(2026, 11, 1)]


def test_a_killed_builds_log_is_not_replayed_over_what_is_restored(warehouse: Warehouse) -> None:
    """The log of one build over the file of another mixes the two, or stops every later build."""
    make(warehouse, 1)
    warehouse.marts_file.with_name("cpm.duckdb.wal").write_bytes(b"left by a killed build")
    warehouse.directory.warehouse.joinpath("clean").unlink()
    make(warehouse, 2)
    assert published(warehouse) == 2


def test_a_first_build_that_was_killed_leaves_nothing_behind(warehouse: Warehouse) -> None:
    """There is no version to go back to: file and log must both go, or the log is replayed into a new file."""
    warehouse.directory.warehouse.mkdir()
    set_version(warehouse.marts_file, 9)
    warehouse.marts_file.with_name("cpm.duckdb.wal").write_bytes(b"left by a killed build")
    with warehouse.writing("run", print):
        assert not warehouse.marts_file.exists()
        assert not warehouse.marts_file.with_name("cpm.duckdb.wal").exists()
    make(warehouse, 1)
    assert published(warehouse) == 1


def test_marts_that_were_deleted_come_back_from_the_published_version(warehouse: Warehouse) -> None:
    """Final days are never computed again: without this they would be missing from the next version."""
    make(warehouse, 1)
    warehouse.marts_file.unlink()
    with warehouse.writing("run", print):
        assert version_of(warehouse.marts_file) == 1


@pytest.mark.parametrize("lost", ["warehouse/warehouse.duckdb", "published/cpm.duckdb", "published", "warehouse"])
def test_what_only_a_rebuild_makes_again_is_asked_for(warehouse: Warehouse, lost: str) -> None:
    """Going on with an empty file would publish a version without any earlier day, final ones among them."""
    make(warehouse, 1)
    path = warehouse.directory.root / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    for _ in range(2):
        with pytest.raises(RebuildNeededError, match="make rebuild"):
            make(warehouse, 2)
    with warehouse.writing("make rebuild", print, afresh=True):
        set_version(warehouse.models_file, 1)
        set_version(warehouse.marts_file, 1)
        warehouse.commit([], AT + timedelta(hours=1), "rebuild")
    make(warehouse, 2)
    assert published(warehouse) == 2


def test_a_rebuild_begins_with_empty_files_and_readers_keep_the_old_version(warehouse: Warehouse) -> None:
    """Readers are never locked out, and nothing of a broken warehouse gets into the new one."""
    make(warehouse, 1)
    with warehouse.writing("make rebuild", print, afresh=True):
        assert not warehouse.models_file.exists()
        assert not warehouse.marts_file.exists()
        assert published(warehouse) == 1
        assert warehouse.builds.days() == [date(2026, 11, 1)], "what is replayed stays"


def test_after_half_a_rebuild_no_build_goes_on_with_half_a_warehouse(warehouse: Warehouse) -> None:
    """Working models that lack days give other figures for calls across midnight, and nobody is told."""
    make(warehouse, 1)
    with suppress(ZeroDivisionError), warehouse.writing("make rebuild", print, afresh=True):
        set_version(warehouse.models_file, 1)
        1 / 0  # noqa: B018 - killed half way
    with pytest.raises(RebuildNeededError, match="did not finish"):
        make(warehouse, 2)
    assert published(warehouse) == 1


def test_a_killed_builds_dbt_process_is_waited_for(warehouse: Warehouse) -> None:
    """It may outlive the run that started it; two dbt processes at once end in an error about a lock."""
    make(warehouse, 1)
    with child(HOLD_FOR_WRITING, warehouse.models_file) as orphan:
        assert orphan.line() == "open"
        said: list[str] = []

        def say(text: str) -> None:
            said.append(text)
            orphan.kill()

        make(warehouse, 2, say)
    assert said == [f"waiting for process {orphan.pid}, which has warehouse.duckdb open"]
    assert published(warehouse) == 2
