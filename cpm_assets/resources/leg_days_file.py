"""A file of legs of days that are too old for the published one: the same tables, for the days asked for.

Closed days come from their frozen files, as they were closed (D21); days that the published file still has, from it.
Nothing is worked out again: which legs are in `cpm_fact` is said by its own model, as dbt last compiled it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from cpm_assets.installation import Installation
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.dbt_run import compiled_sql
from cpm_assets.resources.durable_files import fsync_directory, fsync_file, make_directory
from cpm_assets.resources.frozen_verification import check_before_reading
from cpm_assets.resources.group_files import SOURCE, attach, copy_comments
from cpm_assets.resources.visible_tables import copy_functions
from cpm_assets.resources.writer_lock import writer_lock

LEGS, FACTS, META = "costed_legs", "cpm_fact", "cpm_meta"
MADE = "cpm"
"""The name of the file while it is made: the database that the compiled model reads."""


class NoLegsError(ValueError):
    """Why no file of legs can be written."""


@dataclass(frozen=True)
class LegDaysFile:
    """A file as it was written: the legs in it, the days read back from frozen files and from the published file, and
    those of which neither has legs."""

    path: Path
    legs: int
    frozen: tuple[date, ...]
    published: tuple[date, ...]
    without: tuple[date, ...]


def write_leg_days(installation: Installation, first: date, last: date, say: Callable[[str], object]) -> LegDaysFile:
    """Write `legs/legs-<first>-<last>.duckdb`; one that is there is replaced in one step. The days are UTC, both in it.

    It reads what no build changes, so it waits for none: only for another such file, or an erasure. Raises NoLegsError
    when no day of them has a leg to write, and FrozenDamagedError.
    """
    if last < first:
        raise NoLegsError(f"{last} is before {first}")
    with leg_files_lock(installation.directory, f"make legs of {first} to {last}", say):
        return _written(installation, first, last)


def leg_files_lock(directory: DataDirectory, holder: str, say: Callable[[str], object]) -> AbstractContextManager[None]:
    """Who holds it writes files of legs, or removes them: an erased number must not come back by one begun before."""
    return writer_lock(directory.work / "legs.lock", holder, say)


def _written(installation: Installation, first: date, last: date) -> LegDaysFile:
    directory, warehouse = installation.directory, installation.warehouse
    version = warehouse.snapshots.current()
    if version is None:
        raise NoLegsError("nothing is published yet: run a day first")
    facts = compiled_sql(directory.work / "dbt_target", [FACTS]).get(FACTS)
    if facts is None:
        raise NoLegsError(f"the last build left no compiled {FACTS}: run a day first")
    path = directory.leg_files / f"legs-{first}-{last}.duckdb"
    part = path.with_name(f".{path.name}.part")
    make_directory(path.parent)
    part.unlink(missing_ok=True)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    frozen = [day for day in days if warehouse.frozen.of_day(day)]
    check_before_reading(warehouse, frozen)
    files = [warehouse.frozen.directory(day) / f"{LEGS}.parquet" for day in frozen]
    with duckdb.connect(":memory:", config={"preserve_insertion_order": False}) as connection:
        attach(connection, version, SOURCE, "(read_only)")
        attach(connection, part, MADE)
        connection.execute("set TimeZone = 'UTC'")
        _fill(connection, first, last, frozen, files, facts)
        found = connection.table(f"{MADE}.main.{LEGS}").aggregate("usage_date, count(*)").fetchall()
        connection.execute(f"checkpoint {MADE}")
    legs, with_legs = sum(count for _, count in found), {day for day, _ in found}
    if not legs:
        part.unlink()
        raise NoLegsError(f"no day from {first} to {last} is closed or has legs in the published file")
    fsync_file(part)
    part.replace(path)
    fsync_directory(path.parent)
    return LegDaysFile(
        path,
        legs,
        tuple(frozen),
        tuple(day for day in days if day in with_legs and day not in frozen),
        tuple(day for day in days if day not in with_legs and day not in frozen),
    )


def _fill(
    connection: duckdb.DuckDBPyConnection, first: date, last: date, frozen: list[date], files: list[Path], facts: str
) -> None:
    """The tables of the file. A file that was frozen before a column was there has none of it: it is NULL then."""
    asked = {"first": first, "last": last}
    connection.execute(f"create table {MADE}.main.{LEGS} as from {SOURCE}.main.{LEGS} limit 0")
    for path in files:
        connection.execute(
            f"insert into {MADE}.main.{LEGS} by name from read_parquet($path)",  # noqa: S608
            {"path": str(path)},
        )
    connection.execute(
        f"insert into {MADE}.main.{LEGS} by name from {SOURCE}.main.{LEGS} "  # noqa: S608
        "where usage_date between $first and $last and not list_contains($frozen::date[], usage_date)",
        {**asked, "frozen": frozen},
    )
    connection.execute("attach ':memory:' as warehouse")
    connection.execute(
        f"create table warehouse.main.int_accepted_days as select distinct usage_date from {MADE}.main.{LEGS}"  # noqa: S608
    )
    connection.execute(f"create table {MADE}.main.{FACTS} as {facts}")
    connection.execute(f"create table {MADE}.main.{META} as from {SOURCE}.main.{META}")
    for table in (LEGS, FACTS, META):
        copy_comments(connection, table, MADE)
    copy_functions(connection, SOURCE, f"{MADE}.main")
