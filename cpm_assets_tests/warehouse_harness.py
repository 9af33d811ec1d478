"""An isolated warehouse for tests: run inputs from Python rows, dbt run on them, results as plain rows.

Only the plumbing around the real dbt project. What a scenario means, and the independent figures it is compared with,
belong to the tests.
"""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from subprocess import run as run_process
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cpm_assets.resources import delivery_schemas, parquet_tables, run_schemas, usage_schemas, version_schemas
from cpm_assets_tests.run_rows import Delivery, Extraction, Row, RunInputs

DBT_PROJECT = Path(__file__).parents[1] / "dbt"


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
    parquet_tables.write_empty_tables(directory)
    usage_files = [_write_extraction(directory / "lake", extraction) for extraction in inputs.extractions]
    superseded = [_write_extraction(directory / "lake", extraction) for extraction in inputs.superseded]
    reference_files = [_write_delivery(directory / "lake", delivery) for delivery in inputs.deliveries]
    _write(directory / "days.parquet", [vars(day) for day in inputs.days], run_schemas.RUN_DAYS)
    _write(directory / "usage_files.parquet", usage_files, run_schemas.RUN_USAGE_FILES)
    _write(directory / "earlier_figure_changes.parquet", [], version_schemas.FIGURE_CHANGES)
    _write(directory / "superseded_sweeps.parquet", superseded, run_schemas.RUN_SUPERSEDED_SWEEPS)
    _write(directory / "reference_files.parquet", reference_files, run_schemas.RUN_REFERENCE_FILES)
    _write(directory / "freezings.parquet", inputs.freezings, run_schemas.RUN_FREEZINGS)
    _write(directory / "restated_versions.parquet", [], run_schemas.RUN_RESTATED_VERSIONS)
    _write(directory / "reviews.parquet", [], run_schemas.RUN_REVIEWS)
    _write(directory / "run.parquet", [run_row(inputs)], run_schemas.RUN)


def run_row(inputs: RunInputs) -> dict[str, Any]:
    """The run's one row: as of 2026-11-05T12:00Z, from the first to the last of its days, unless settings differ."""
    days = [day.usage_date for day in inputs.days] or [date(2026, 10, 24)]
    row = {
        "as_of_utc": datetime(2026, 11, 5, 12, tzinfo=UTC),
        "first_day": min(days),
        "open_day": max(days),
        "tolerated_unknown_carrier_legs": 0,
        "tolerated_zero_billing_legs": 0,
        "publish_numbers": "masked",
        "leg_days": 92,
        "stamp": "sandbox",
        "code_version": "test",
        "schema_version": "1",
    }
    return row | dict(inputs.settings)


def extraction_rows(extraction: Extraction) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The legs and the rejects of an extraction, each with where it was received."""
    identity = {
        "asked_day": extraction.asked_day,
        "extraction_id": extraction.extraction_id,
        "extraction_started_at_utc": extraction.started,
        "page_number": 1,
    }
    legs = [identity | {"position": n} | dict(row) for n, row in enumerate(extraction.legs)]
    received = {"source_file_sha256": "0" * 64, "received_at_utc": extraction.started}
    rejects = [
        identity | {"position": n} | received | dict(row) for n, row in enumerate(extraction.rejects, start=len(legs))
    ]
    return legs, rejects


def delivery_rows(delivery: Delivery) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows and the rejects of a delivery, each with the file it came in."""
    identity = {"source_file_sha256": delivery.sha256, "received_at_utc": delivery.received_at_utc}
    line = "file_line" if delivery.kind == "invoices" else "line_number"
    origin = {"carrier_folder": delivery.carrier_folder, "kind": delivery.kind, "file_name": delivery.file_name}
    kind = {"line_kind": "call"} if delivery.kind == "invoices" else {}
    rows = [origin | identity | kind | {line: n} | dict(row) for n, row in enumerate(delivery.rows, start=2)]
    return rows, [origin | identity | dict(row) for row in delivery.rejects]


def header_rows(delivery: Delivery) -> list[dict[str, Any]]:
    """The headers of an invoice file, each with the file it came in."""
    origin = {"carrier_folder": delivery.carrier_folder, "source_file_sha256": delivery.sha256}
    return [origin | {"received_at_utc": delivery.received_at_utc} | dict(row) for row in delivery.headers]


def rows_table(rows: Iterable[Row], schema: pa.Schema) -> pa.Table:
    """Partial rows as a table of the schema; a column that a row does not name is null."""
    columns: dict[str, list[Any]] = {name: [] for name in schema.names}
    for row in rows:
        for name, values in columns.items():
            values.append(_stored(row.get(name)))
    return pa.table([pa.array(values, schema.field(name).type) for name, values in columns.items()], schema=schema)


def _stored(value: object) -> object:
    """Instants are stored as naive UTC; a naive one (an invoice's local time) is stored as it is."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _write_extraction(lake: Path, extraction: Extraction) -> dict[str, Any]:
    legs, rejects = extraction_rows(extraction)
    stem = lake / extraction.extraction_id
    legs_path, rejects_path = stem.with_suffix(".legs.parquet"), stem.with_suffix(".rejects.parquet")
    _write(legs_path, legs, usage_schemas.LEGS)
    _write(rejects_path, rejects, usage_schemas.REJECTS)
    return {
        "asked_day": extraction.asked_day,
        "extraction_id": extraction.extraction_id,
        "extraction_started_at_utc": extraction.started,
        "extraction_kind": extraction.kind,
        "legs_path": str(legs_path),
        "rejects_path": str(rejects_path),
        "distinct_legs": len({row["leg_id"] for row in legs}),
    }


def _write_delivery(lake: Path, delivery: Delivery) -> dict[str, Any]:
    rows, rejects = delivery_rows(delivery)
    rows_path, rejects_path, headers_path = (
        lake / (delivery.carrier_folder or "") / f"{delivery.sha256}.{part}.parquet"
        for part in ("rows", "rejects", "headers")
    )
    _write(rows_path, rows, parquet_tables.INPUT_SCHEMAS[delivery.kind])
    _write(rejects_path, rejects, delivery_schemas.REFERENCE_REJECTS)
    if delivery.kind == "invoices":
        _write(headers_path, header_rows(delivery), delivery_schemas.INVOICE_HEADERS)
    return {
        "kind": delivery.kind,
        "file_name": delivery.file_name,
        "carrier_folder": delivery.carrier_folder,
        "sha256": delivery.sha256,
        "received_at_utc": delivery.received_at_utc,
        "rows_path": str(rows_path),
        "rejects_path": str(rejects_path),
        "headers_path": str(headers_path) if delivery.kind == "invoices" else None,
    }


def _write(path: Path, rows: Iterable[Row], schema: pa.Schema) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows_table(rows, schema), path)
