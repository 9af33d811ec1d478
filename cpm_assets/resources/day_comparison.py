"""Day comparison: a frozen version of a closed day against the day as worked out aside, leg by leg and cell by cell.

Belongs here: the comparison and what it says. Does not belong here: working the day out (`recomputation.py`), and what
follows from a difference (`final_day_review.py` makes a version; `closed_day_check.py` reports).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from cpm_assets.domain.recosting import Touched
from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import Tolerated
from cpm_assets.resources.frozen_versions import FrozenVersion
from cpm_assets.resources.recomputation import recomputed_day
from cpm_assets.resources.restatement_sql import CHANGED_CELLS, CHANGED_LEGS, RENUMBERED
from cpm_assets.resources.rules import rules_sha256
from cpm_assets.resources.usage_extraction import parsed_paths


class Recomputation(NamedTuple):
    """A version worked out again from the inputs known at its instant. `difference` None: equal to the micro-unit."""

    usage_date: date
    version: int
    difference: str | None
    is_by_its_rules: bool

    @property
    def is_broken(self) -> bool:
        """Whether the same inputs and the same rules give other figures."""
        return self.difference is not None and self.is_by_its_rules

    @property
    def verdict(self) -> str:
        """In one line."""
        if self.difference is None:
            return "the frozen figures, to the last micro-unit"
        if self.is_by_its_rules:
            return f"not the frozen figures, by the same rules: {self.difference}"
        return f"not the frozen figures, which is caused by code (the rules are others now): {self.difference}"


def recompute_version(
    installation: Installation, version: FrozenVersion, say: Callable[[str], object]
) -> Recomputation:
    """Work a version out again aside, and compare (D22)."""
    day, known_at = version.usage_date, version.inputs_known_at_utc
    tolerated = tolerated_by(version)
    with recomputed_day(installation, day, known_at, tolerated, say, is_finalizing=True) as marts_file:
        return compared_with(installation, version, marts_file)


def compared_with(installation: Installation, version: FrozenVersion, marts_file: Path) -> Recomputation:
    """The version against marts that hold its day as known at its instant."""
    files = legs_files(installation, version.usage_date, version.inputs_known_at_utc)
    with compared(version, marts_file, (), files, files) as connection:
        legs = connection.execute("select count(*), change from changed_legs group by all order by change").fetchall()
        difference = difference_of(connection, [f"{count} {change}" for count, change in legs])
    is_by_its_rules = version.manifest["rules_sha256"] == rules_sha256()
    return Recomputation(version.usage_date, version.version, difference, is_by_its_rules)


def tolerated_by(version: FrozenVersion) -> Tolerated:
    """What the version's gate tolerated, as its manifest says."""
    return Tolerated(*(version.manifest["settings"][f"tolerated_{name}"] for name in Tolerated._fields))


def legs_files(installation: Installation, day: date, at: datetime) -> list[str]:
    """The parsed files of the readings that were the UTC day as known at an instant."""
    extractions = installation.lake.day_selection(day, at).extractions
    return [str(parsed_paths(installation.lake, extraction)[0]) for extraction in extractions]


@contextmanager
def compared(
    version: FrozenVersion,
    marts_file: Path,
    touched: Iterable[Touched],
    files_before: Sequence[str],
    files_after: Sequence[str],
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the tables that `restatement_sql` compares, and `now`, the marts as worked out aside."""
    day = version.usage_date
    with duckdb.connect() as connection:
        connection.execute(f"attach {_text(marts_file)} as now (read_only)")
        for name, table in (("legs", "costed_legs"), ("daily", "cpm_daily")):
            frozen = _text(version.directory / f"{table}.parquet")
            connection.execute(f"create table before_{name} as select * from {frozen}")  # noqa: S608
            connection.execute(
                f"create table after_{name} as select * from now.{table} where usage_date = $day",  # noqa: S608
                {"day": day},
            )
        connection.execute("create table touched (kind varchar, carrier_name varchar)")
        for kind, carrier in sorted({(each.kind, each.carrier_name) for each in touched if each.holds(day)}):
            connection.execute("insert into touched values ($kind, $carrier)", {"kind": kind, "carrier": carrier})
        files = {"before": files_before, "after": files_after, "files": sorted({*files_before, *files_after})}
        connection.execute(f"create table renumbered as {RENUMBERED}", files)
        connection.execute(f"create table changed_legs as {CHANGED_LEGS}")
        connection.execute(f"create table changed_cells as {CHANGED_CELLS}")
        yield connection


def difference_of(connection: duckdb.DuckDBPyConnection, legs: Sequence[str]) -> str | None:
    """What differs, in one line: `legs` by change as the caller words it, worth by currency. None if nothing does."""
    worth = connection.execute(
        "select sum(total_cost_delta), currency from changed_cells group by all order by currency"
    ).fetchall()
    if not legs and not worth:
        return None
    by_currency = ", ".join(f"{delta:+,.6f} {currency}" for delta, currency in worth) or "nothing"
    return f"legs: {', '.join(legs) or 'none'}; worth {by_currency}"


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
