"""An isolated warehouse for tests: run inputs from Python rows, dbt run on them, results as plain rows.

Only the plumbing around the real dbt project. What a scenario means, and the independent figures it is compared with,
belong to the tests.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from subprocess import run as run_process
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cpm_assets.resources import parquet_schemas as schemas

DBT_PROJECT = Path(__file__).parents[1] / "dbt"
Row = Mapping[str, Any]

REFERENCE_SCHEMAS = {
    "rate_cards": schemas.RATE_CARDS,
    "carrier_contracts": schemas.CARRIER_CONTRACTS,
    "seat_licenses": schemas.SEAT_LICENSES,
    "invoices": schemas.INVOICES,
}


@dataclass(frozen=True)
class Day:
    """One row of the run's `days`: by default a complete day that is normalised, costed and reconciled."""

    usage_date: date
    run_id: str = "run-1"
    built_at_utc: datetime = datetime(2026, 11, 5, 12, tzinfo=UTC)
    is_finalizing: bool = False
    purpose: str = "day"
    is_costed: bool = True
    is_reconciled: bool = True
    extraction_state: str = "complete"
    extraction_reason: str | None = None


@dataclass(frozen=True)
class Extraction:
    """One sweep or tick: its legs and rejects as partial rows of `parquet_schemas` (see `leg`)."""

    asked_day: date
    legs: Sequence[Row] = ()
    rejects: Sequence[Row] = ()
    kind: str = "sweep"
    started_at: datetime | None = None

    @property
    def started(self) -> datetime:
        """When it began, UTC; by default 01:00 after the asked day."""
        return self.started_at or datetime.combine(self.asked_day, time(1), UTC) + timedelta(days=1)

    @property
    def extraction_id(self) -> str:
        """Sorts by time, as the lake's do."""
        return f"{self.started:%Y%m%dT%H%M%S%fZ}-{self.kind}-{self.asked_day:%m%d}00"


@dataclass(frozen=True)
class Delivery:
    """One file received: rows and rejects as partial rows of the kind's schema in `parquet_schemas`."""

    kind: str
    rows: Sequence[Row] = ()
    rejects: Sequence[Row] = ()
    received_at_utc: datetime = datetime(2026, 10, 1, tzinfo=UTC)
    carrier_folder: str | None = None
    file_name: str = "file.csv"

    @property
    def sha256(self) -> str:
        """A stand-in for the hash of the bytes: the same content is the same delivery."""
        return sha256(repr((self.kind, self.rows, self.rejects, self.carrier_folder, self.file_name)).encode()).hexdigest()


@dataclass(frozen=True)
class RunInputs:
    """Everything a dbt run is given."""

    days: Sequence[Day] = ()
    extractions: Sequence[Extraction] = ()
    deliveries: Sequence[Delivery] = ()
    settings: Row = field(default_factory=dict)


def leg(leg_id: str, start: datetime, **columns: Any) -> dict[str, Any]:
    """An answered outbound voip leg of one minute to a Californian number over carrier `Acme`, unless said otherwise."""
    number = columns.get("destination_number", "+14155550198")
    seconds = columns.get("billing_seconds", 60)
    row = {
        "leg_id": leg_id,
        "call_id": f"call-{leg_id}",
        "start_time_utc": start,
        "end_time_utc": start + timedelta(seconds=max(seconds or 0, 0)),
        "media_seconds": seconds,
        "billing_seconds": seconds,
        "carrier_name": "Acme",
        "destination_number": number,
        "destination_digits": number.removeprefix("+") if number else None,
        "destination_location": "San Francisco, CA",
        "call_type": "voip",
        "direction": "outbound",
        "call_outcome": "answered",
    }
    return row | columns


def card(prefix: str, rate: str | Decimal, **columns: Any) -> dict[str, Any]:
    """A rate-card row of carrier `Acme`, in force from 2026-01-01 without an end, unless said otherwise."""
    row = {
        "carrier_name": "Acme",
        "prefix": prefix,
        "destination_region": f"region {prefix}",
        "rate_per_minute": Decimal(rate),
        "effective_date": date(2026, 1, 1),
    }
    return row | columns


def contract(carrier_name: str = "Acme", **columns: Any) -> dict[str, Any]:
    """A contract in force from 2026-01-01 without an end and with every default, unless said otherwise."""
    return {"carrier_name": carrier_name, "effective_date": date(2026, 1, 1)} | columns


@dataclass(frozen=True)
class TestWarehouse:
    """A directory with the two DuckDB files and the inputs of the present run."""

    __test__ = False
    directory: Path

    @property
    def inputs(self) -> Path:
        return self.directory / "inputs"

    def build(self, inputs: RunInputs, *arguments: str) -> None:
        """Writes the inputs and runs `dbt build` on them. Raises AssertionError with dbt's output when it fails."""
        write_inputs(self.inputs, inputs)
        self.directory.joinpath("warehouse").mkdir(exist_ok=True)
        dbt(self.directory, "build", *arguments)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the marts (`cpm.main`, the default) and the working models (`warehouse.main`)."""
        with duckdb.connect(":memory:") as connection:
            for name in ("warehouse", "cpm"):
                connection.execute(f"attach '{self.directory}/warehouse/{name}.duckdb' as {name} (read_only)")
            connection.execute("use cpm.main")
            return connection.execute(query).fetchall()


def dbt(directory: Path, *arguments: str) -> str:
    """Runs dbt on the project with its warehouse, inputs and artifacts below `directory`; returns what it printed."""
    environment = os.environ | {
        "CPM_WAREHOUSE_DIR": str(directory / "warehouse"),
        "CPM_RUN_INPUTS": str(directory / "inputs"),
    }
    command = [
        *(str(Path(sys.executable).parent / "dbt"), *arguments),
        *("--profiles-dir", str(DBT_PROJECT), "--project-dir", str(DBT_PROJECT)),
        *("--target-path", str(directory / "target"), "--log-path", str(directory / "logs")),
    ]
    done = run_process(command, cwd=DBT_PROJECT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def write_inputs(directory: Path, inputs: RunInputs) -> None:
    """Writes what one dbt run is given, in the layout of `work/inputs`; the lake's files lie in `lake/` below it."""
    directory.mkdir(parents=True, exist_ok=True)
    schemas.write_empty_tables(directory)
    usage_files = [_write_extraction(directory / "lake", extraction) for extraction in inputs.extractions]
    reference_files = [_write_delivery(directory / "lake", delivery) for delivery in inputs.deliveries]
    days = [vars(day) for day in inputs.days]
    first = min((day.usage_date for day in inputs.days), default=date(2026, 10, 24))
    last = max((day.usage_date for day in inputs.days), default=first)
    run = {
        "as_of_utc": datetime(2026, 11, 5, 12, tzinfo=UTC),
        "first_day": first,
        "open_day": last,
        "tolerated_unknown_carrier_legs": 0,
        "tolerated_zero_billing_legs": 0,
        "publish_numbers": "masked",
        "leg_days": 92,
        "stamp": "sandbox",
        "code_version": "test",
        "schema_version": "1",
    }
    _write(directory / "days.parquet", days, schemas.RUN_DAYS)
    _write(directory / "usage_files.parquet", usage_files, schemas.RUN_USAGE_FILES)
    _write(directory / "reference_files.parquet", reference_files, schemas.RUN_REFERENCE_FILES)
    _write(directory / "run.parquet", [run | dict(inputs.settings)], schemas.RUN)


def _write_extraction(lake: Path, extraction: Extraction) -> dict[str, Any]:
    identity = {
        "asked_day": extraction.asked_day,
        "extraction_id": extraction.extraction_id,
        "extraction_started_at_utc": extraction.started,
    }
    stem = lake / f"{extraction.asked_day}-{extraction.extraction_id}"
    legs = [
        identity | {"page_number": 1, "position": n} | dict(row) for n, row in enumerate(extraction.legs)
    ]
    rejects = [
        identity
        | {"page_number": 1, "position": n, "source_file_sha256": "0" * 64, "received_at_utc": extraction.started}
        | dict(row)
        for n, row in enumerate(extraction.rejects, start=len(legs))
    ]
    legs_path, rejects_path = stem.with_suffix(".legs.parquet"), stem.with_suffix(".rejects.parquet")
    _write(legs_path, legs, schemas.LEGS)
    _write(rejects_path, rejects, schemas.REJECTS)
    return identity | {
        "extraction_kind": extraction.kind,
        "legs_path": str(legs_path),
        "rejects_path": str(rejects_path),
        "distinct_legs": len({row["leg_id"] for row in legs}),
    }


def _write_delivery(lake: Path, delivery: Delivery) -> dict[str, Any]:
    identity = {"source_file_sha256": delivery.sha256, "received_at_utc": delivery.received_at_utc}
    position = "file_line" if delivery.kind == "invoices" else "line_number"
    rows_path = lake / f"{delivery.sha256}.rows.parquet"
    rejects_path = lake / f"{delivery.sha256}.rejects.parquet"
    rows = [identity | {position: n} | dict(row) for n, row in enumerate(delivery.rows, start=2)]
    folder = {"carrier_folder": delivery.carrier_folder}
    origin = folder | {"kind": delivery.kind, "file_name": delivery.file_name}
    rejects = [identity | origin | dict(row) for row in delivery.rejects]
    if delivery.kind == "invoices":
        rows = [folder | row for row in rows]
    _write(rows_path, rows, REFERENCE_SCHEMAS[delivery.kind])
    _write(rejects_path, rejects, schemas.REFERENCE_REJECTS)
    return origin | {
        "sha256": delivery.sha256,
        "received_at_utc": delivery.received_at_utc,
        "rows_path": str(rows_path),
        "rejects_path": str(rejects_path),
    }


def _write(path: Path, rows: Iterable[Row], schema: pa.Schema) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns: dict[str, list[Any]] = {name: [] for name in schema.names}
    for row in rows:
        for name, values in columns.items():
            values.append(_stored(row.get(name)))
    arrays = [pa.array(values, schema.field(name).type) for name, values in columns.items()]
    pq.write_table(pa.table(arrays, schema=schema), path)


def _stored(value: object) -> object:
    """Instants are stored as naive UTC; a naive one (an invoice's local time) is stored as it is."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
