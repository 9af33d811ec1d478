"""What-if: a past period's real legs, priced as another carrier's by the very models that price every day.

There is no second statement of the pricing rule. The legs, as they were costed, are given the candidate's name, and the
SQL that dbt compiled for the last build runs over them in a database of its own. A card is matched by called numbers,
which are in the warehouse only (D28): the writer's lock is held while they are read, and none is in the result.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from cpm_assets.domain.what_if import Scenario, WhatIfError
from cpm_assets.installation import Installation
from cpm_assets.resources.dbt_run import compiled_sql
from cpm_assets.resources.durable_files import fsync_directory, fsync_file, make_directory, write_durably
from cpm_assets.resources.frozen_versions import FrozenVersion, read_version
from cpm_assets.resources.scratch_directories import WHAT_IF, scratch_directory
from cpm_assets.resources.usage_extraction import parsed_paths
from cpm_assets.resources.writer_lock import writer_lock

PRICING_MODELS = {
    "int_run_cards": "table",  # it numbers its rows: a view would number them anew each time
    "int_known_carriers": "table",
    "int_leg_terms": "view",
    "int_priced_numbers": "table",
    "int_costed_attempt": "table",
}
"""The models that price a leg, in their order, and as what each is made."""

COMPARISON = Path(__file__).with_suffix(".sql")
TRAFFIC_TYPES = "('primary', 'transfer', 'attempt')"
"""Legs that some carrier may bill (D15)."""


@dataclass(frozen=True)
class WhatIfReport:
    """An answer as it was written, and how many legs it is about."""

    rows_file: Path
    legs: int
    candidate_unrated_legs: int


def write_what_if(
    installation: Installation, scenario: Scenario, at: datetime, say: Callable[[str], object]
) -> WhatIfReport:
    """Answer a scenario, and write the answer below `what_if/`. Raises WhatIfError when there is nothing to compare."""
    directory = installation.directory
    version = installation.warehouse.snapshots.current()
    if version is None:
        raise WhatIfError("nothing is published yet: run a day first")
    with (
        writer_lock(directory.warehouse / "writer.lock", f"a what-if {scenario.stated()}", say),
        _beside(installation, version) as connection,
    ):
        frozen = frozen_days(installation, connection, scenario)
        put_traffic(
            connection,
            scenario,
            [each.directory / "costed_legs.parquet" for each in frozen],
            _lake_legs(installation, frozen),
        )
        connection.execute("detach working")
        price_as_candidate(connection, compiled_pricing(directory.work / "dbt_target"))
        return _write(directory.what_if, scenario, version.name, at, connection)


def compiled_pricing(target: Path) -> dict[str, str]:
    """The SQL of the pricing models as dbt compiled it for the last build. Raises WhatIfError when there is none."""
    found = compiled_sql(target, PRICING_MODELS)
    if missing := PRICING_MODELS.keys() - found.keys():
        raise WhatIfError(f"the last build left no compiled {', '.join(sorted(missing))}: run a day first")
    return {name: found[name] for name in PRICING_MODELS}


def put_traffic(
    connection: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    frozen: Iterable[Path],
    lake_legs: Iterable[Path] = (),
) -> None:
    """Make `traffic` and what the pricing models read, from the attached `published` and `working`.

    `frozen` are costed legs of closed days that are too old for the published file and the working models, `lake_legs`
    the parsed legs that these were made of, with their numbers. Raises WhatIfError.
    """
    asked = {"carrier": scenario.carrier_name, "first": scenario.first_day, "last": scenario.last_day}
    chosen = (
        f"carrier_name = $carrier and usage_date between $first and $last and leg_type in {TRAFFIC_TYPES} "
        "and excluded_reason is distinct from 'in_progress'"
    )
    connection.execute(
        f"create table memory.main.traffic as from published.main.costed_legs where {chosen}",  # noqa: S608
        asked,
    )
    for path in frozen:
        connection.execute(
            f"insert into memory.main.traffic by name from read_parquet($path) where {chosen}",  # noqa: S608
            {**asked, "path": str(path)},
        )
    if not _one(connection, "select count(*) from memory.main.traffic"):
        raise WhatIfError(
            f"{scenario.carrier_name!r} has no leg with figures from {scenario.first_day} to {scenario.last_day}"
        )
    _put_candidate(connection, scenario)
    _put_numbers(connection, scenario, lake_legs)
    _put_legs(connection, scenario)


def _put_candidate(connection: duckdb.DuckDBPyConnection, scenario: Scenario) -> None:
    """The candidate's card and contract, and nobody else's: what it has no rate for must stay unrated (D4, D12)."""
    candidate = {"candidate": scenario.candidate_carrier_name}
    for table, source in (
        ("cpm.main.rate_card_dimension", "published.main.rate_card_dimension"),
        ("warehouse.main.carrier_contract_terms", "working.main.carrier_contract_terms"),
    ):
        connection.execute(f"create table {table} as from {source} where carrier_name = $candidate", candidate)
    if not _one(connection, "select count(*) from cpm.main.rate_card_dimension"):
        names = connection.execute(
            "select distinct carrier_name from published.main.rate_card_dimension order by 1"
        ).fetchall()
        raise WhatIfError(
            f"{scenario.candidate_carrier_name!r} has no rate card; these have one: "
            f"{', '.join(repr(name) for (name,) in names)}"
        )


def _put_numbers(connection: duckdb.DuckDBPyConnection, scenario: Scenario, lake_legs: Iterable[Path]) -> None:
    """`numbered`: the called number (D4's digits) of each leg of the traffic."""
    connection.execute(
        "create table memory.main.numbered as select usage_date, leg_id, destination_digits "
        "from working.main.normalized_usage where usage_date between $first and $last",
        {"first": scenario.first_day, "last": scenario.last_day},
    )
    for path in lake_legs:
        connection.execute(
            "insert into memory.main.numbered select traffic.usage_date, traffic.leg_id, legs.destination_digits "
            "from read_parquet($path) as legs inner join memory.main.traffic as traffic "
            "on traffic.extraction_id = legs.extraction_id and traffic.page_number = legs.page_number "
            "and traffic.position = legs.position "
            "where not exists (select 1 from memory.main.numbered as known "
            "where known.usage_date = traffic.usage_date and known.leg_id = traffic.leg_id)",
            {"path": str(path)},
        )


def _put_legs(connection: duckdb.DuckDBPyConnection, scenario: Scenario) -> None:
    """The traffic as legs of the candidate, with their numbers, in the form that the pricing models read."""
    names = [name for name, *_ in connection.execute("describe working.main.normalized_usage").fetchall()]
    given = {
        "carrier_name": "$candidate",
        "usage_date": "coalesce($priced_on, traffic.usage_date)",
        "destination_digits": "numbered.destination_digits",
    }
    columns = ", ".join(f"{given.get(name, f'traffic.{name}')} as {name}" for name in names)
    connection.execute(
        f"create table warehouse.main.normalized_usage as select {columns} from memory.main.traffic "  # noqa: S608
        "left join memory.main.numbered "
        "on traffic.usage_date = numbered.usage_date and traffic.leg_id = numbered.leg_id",
        {"candidate": scenario.candidate_carrier_name, "priced_on": scenario.priced_on},
    )
    connection.execute(
        "create table warehouse.main.int_run_days as "
        "select distinct usage_date, 'what-if' as run_id, true as is_finalizing, true as is_costed "
        "from warehouse.main.normalized_usage"
    )


def price_as_candidate(connection: duckdb.DuckDBPyConnection, pricing: Mapping[str, str]) -> None:
    """Run the pricing models over what `put_traffic` made: `int_costed_attempt` are the legs as the candidate's."""
    for name, kind in PRICING_MODELS.items():
        connection.execute(f"create {kind} warehouse.main.{name} as {pricing[name]}")


def comparison(connection: duckdb.DuckDBPyConnection, scenario: Scenario) -> duckdb.DuckDBPyRelation:
    """The answer's rows, as `what_if.sql` says."""
    parameters = {
        "carrier_name": scenario.carrier_name,
        "candidate_carrier_name": scenario.candidate_carrier_name,
    }
    return connection.sql(COMPARISON.read_text(), params=parameters)


def frozen_days(
    installation: Installation, connection: duckdb.DuckDBPyConnection, scenario: Scenario
) -> list[FrozenVersion]:
    """The closed days of the period that are older than the published file's legs, as they were closed."""
    oldest: date | None = _one(connection, "select min(usage_date) from published.main.costed_legs")
    frozen = installation.warehouse.frozen
    return [
        read_version(frozen.directory(day))
        for day in frozen.days()
        if scenario.first_day <= day <= scenario.last_day and (oldest is None or day < oldest)
    ]


def _lake_legs(installation: Installation, versions: Iterable[FrozenVersion]) -> Iterator[Path]:
    """The parsed legs of every extraction that the versions were made of; parsed again if need be."""
    lake = installation.lake
    named = {(date.fromisoformat(each["asked_day"]), each["extraction_id"])
             for version in versions for each in version.manifest["extractions"]}  # fmt: skip
    for asked_day in sorted({day for day, _ in named}):
        for extraction in lake.extractions(asked_day):
            if (asked_day, extraction.extraction_id) in named:
                yield parsed_paths(lake, extraction)[0]


@contextmanager
def _beside(installation: Installation, version: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of its own with the published version and the working models attached, read-only; gone afterwards."""
    with (
        scratch_directory(WHAT_IF, installation.directory.work) as root,
        duckdb.connect(":memory:", config={"temp_directory": str(root)}) as connection,
    ):
        for name in ("warehouse", "cpm"):
            connection.execute(f"attach '{_quoted(root / f'{name}.duckdb')}' as {name}")
        connection.execute(f"attach '{_quoted(version)}' as published (read_only)")
        connection.execute(f"attach '{_quoted(installation.warehouse.models_file)}' as working (read_only)")
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def _write(
    root: Path, scenario: Scenario, version: str, at: datetime, connection: duckdb.DuckDBPyConnection
) -> WhatIfReport:
    """The rows, then the page that says what they answer: without it they are not there."""
    make_directory(root)
    rows_file = root / f"{scenario.scenario_id}.parquet"
    part = rows_file.with_name(f".{rows_file.name}.part")
    rows = comparison(connection, scenario)
    rows.write_parquet(str(part))
    fsync_file(part)
    part.replace(rows_file)
    fsync_directory(root)
    legs, unrated = rows.aggregate(
        "coalesce(cast(sum(legs) as bigint), 0), coalesce(cast(sum(candidate_unrated_legs) as bigint), 0)"
    ).fetchall()[0]
    answer = {
        **scenario.stated(), "answered_at_utc": at.isoformat(), "published_version": version, "legs": legs,
        "candidate_unrated_legs": unrated,
    }  # fmt: skip
    write_durably(rows_file.with_suffix(".json"), json.dumps(answer, indent=2).encode() + b"\n")
    return WhatIfReport(rows_file, legs, unrated)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
