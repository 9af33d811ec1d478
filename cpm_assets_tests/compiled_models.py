"""The production SQL without dbt at run time: compiled once, run again and again in memory.

For tests of what the models compute on a fresh warehouse, thousands of cases at a time. What dbt adds around the SQL
(incremental replacement, tests, hooks) is tested with `warehouse_harness`.
"""

import hashlib
import importlib.util
import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa

from cpm_assets.resources import delivery_schemas, parquet_tables, run_schemas, usage_schemas, version_schemas
from cpm_assets.resources.writer_lock import writer_lock
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, RunInputs
from cpm_assets_tests.warehouse_harness import (
    DBT_PROJECT,
    dbt,
    delivery_rows,
    extraction_rows,
    header_rows,
    rows_table,
    run_row,
    write_inputs,
)

_TARGET = DBT_PROJECT / "target"
_SOURCE_FILE = re.compile(r"""read_parquet\(\s*\[?\s*'[^']*?/(\w+)\.parquet'\s*\]?\s*\)""")


# Models that write the run's days into their SQL, to skip files by them, are compiled for all the days there may be.
_ANY_DAYS = (date(2000, 1, 1), date(2100, 1, 1))


@dataclass(frozen=True)
class CompiledModel:
    """One model: its relation and its SQL, reading sources from schema `run_inputs`, or its Python file."""

    name: str
    relation: str | None
    is_view: bool
    sql: str
    python_file: Path | None
    parents: frozenset[str]


def compile_models() -> dict[str, CompiledModel]:
    """The whole project, compiled on a warehouse that holds nothing yet; models by name."""
    return _models(compiled_project() / "manifest.json")


def compiled_project() -> Path:
    """dbt's target directory of the compiled project: its manifests are there.

    Compiling takes dbt many seconds, so what came of it is kept below dbt's `target`, by the project's content: the
    next process that asks for the same project reads it.
    """
    kinds = (".sql", ".yml", ".py", ".csv")
    sources = sorted(path for path in DBT_PROJECT.rglob("*") if path.suffix in kinds and _TARGET not in path.parents)
    content = hashlib.sha256(version("dbt-core").encode())
    for path in sources:
        content.update(f"{path}\n".encode() + path.read_bytes())
    directory = _TARGET / "compiled_models" / content.hexdigest()[:16]
    with writer_lock(_TARGET / "compiled_models.lock", "compiling the models for tests", lambda _text: None):
        if not (directory / "done").exists():
            shutil.rmtree(directory.parent, ignore_errors=True)
            write_inputs(directory / "inputs", RunInputs(days=[Day(day) for day in _ANY_DAYS]))
            (directory / "warehouse").mkdir()
            dbt(directory, "compile")
            (directory / "done").touch()
    return directory / "target"


def _models(manifest: Path) -> dict[str, CompiledModel]:
    nodes = json.loads(manifest.read_text())["nodes"]
    models = (node for node in nodes.values() if node["resource_type"] == "model")
    return {
        node["name"]: CompiledModel(
            name=node["name"],
            relation=node["relation_name"],
            is_view=node["config"]["materialized"] == "view",
            sql=_SOURCE_FILE.sub(r"memory.run_inputs.\1", node["compiled_code"]),
            python_file=DBT_PROJECT / node["original_file_path"] if node["language"] == "python" else None,
            parents=frozenset(parent.rsplit(".", 1)[-1] for parent in node["depends_on"]["nodes"]),
        )
        for node in models
    }


def result_of_python_model(
    python_file: Path, connection: duckdb.DuckDBPyConnection, ref: Callable[[str], duckdb.DuckDBPyRelation]
) -> duckdb.DuckDBPyRelation:
    """What a Python model of the project makes, as dbt would call it; `ref` gives its parents."""
    spec = importlib.util.spec_from_file_location(python_file.stem, python_file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{python_file} is no Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: duckdb.DuckDBPyRelation = module.model(SimpleNamespace(config=lambda **_: None, ref=ref), connection)
    return made


class MemoryWarehouse:
    """The models in memory, or in files below a directory where there is too much for it.

    `run` makes each wanted model and what it is made of anew from the given inputs.
    """

    def __init__(self, models: dict[str, CompiledModel], directory: Path | None = None) -> None:
        self._models = models
        self.connection = duckdb.connect(":memory:", config={"preserve_insertion_order": False})
        for name in ("warehouse", "cpm"):
            self.connection.execute(f"attach '{directory / f'{name}.duckdb' if directory else ':memory:'}' as {name}")
        self.connection.execute("set TimeZone = 'UTC'; create schema memory.run_inputs; use cpm.main")

    def run(self, inputs: RunInputs, *wanted: str) -> None:
        """Builds the wanted models and all that they are made of."""
        self._load(inputs)
        built: set[str] = set()
        for name in wanted:
            self._build(name, built)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query; marts need no prefix, working models `warehouse.main`."""
        return self.connection.execute(query).fetchall()

    def make(self, name: str) -> None:
        """Makes one model from its parents as they are; an ephemeral one is part of its children."""
        model = self._models[name]
        if not model.relation:
            return
        if model.python_file:
            self._result_of(model.python_file).to_view("made_by_python", replace=True)
            self.connection.execute(f"create or replace table {model.relation} as select * from made_by_python")
        else:
            kind = "view" if model.is_view else "table"
            self.connection.execute(f"create or replace {kind} {model.relation} as {model.sql}")

    def _build(self, name: str, built: set[str]) -> None:
        if name in built or name not in self._models:
            return
        for parent in sorted(self._models[name].parents):
            self._build(parent, built)
        self.make(name)
        built.add(name)

    def _result_of(self, python_file: Path) -> duckdb.DuckDBPyRelation:
        return result_of_python_model(
            python_file, self.connection, lambda name: self.connection.table(self._models[name].relation)
        )

    def _load(self, inputs: RunInputs) -> None:
        for name, schema in parquet_tables.INPUT_SCHEMAS.items():
            self._put(f"empty_{name}", schema, [])
        self._put("empty_legs", usage_schemas.LEGS, _legs(inputs.extractions))
        self._put("empty_rejects", usage_schemas.REJECTS, _rejects(inputs.extractions))
        for kind in (
            "rate_cards",
            "carrier_contracts",
            "seat_licenses",
            "waivers",
            "review_decisions",
            "access_policy",
            "invoices",
        ):
            self._put(f"empty_{kind}", parquet_tables.INPUT_SCHEMAS[kind], _delivered(inputs.deliveries, kind))
        headers = [row for delivery in inputs.deliveries for row in header_rows(delivery)]
        self._put("empty_invoice_headers", delivery_schemas.INVOICE_HEADERS, headers)
        rejects = [row for delivery in inputs.deliveries for row in delivery_rows(delivery)[1]]
        self._put("empty_reference_rejects", delivery_schemas.REFERENCE_REJECTS, rejects)
        self._put("earlier_figure_changes", version_schemas.FIGURE_CHANGES, [])
        self._put("days", run_schemas.RUN_DAYS, [vars(day) for day in inputs.days])
        asked = [{"asked_day": extraction.asked_day} for extraction in inputs.extractions]
        self._put("usage_files", run_schemas.RUN_USAGE_FILES, asked)
        self._put("superseded_sweeps", run_schemas.RUN_SUPERSEDED_SWEEPS, [])
        self._put("reference_files", run_schemas.RUN_REFERENCE_FILES, [_file(each) for each in inputs.deliveries])
        self._put("freezings", run_schemas.RUN_FREEZINGS, inputs.freezings)
        self._put("restated_versions", run_schemas.RUN_RESTATED_VERSIONS, [])
        self._put("reviews", run_schemas.RUN_REVIEWS, [])
        self._put("run", run_schemas.RUN, [run_row(inputs)])

    def _put(self, name: str, schema: pa.Schema, rows: Sequence[dict[str, Any]]) -> None:
        self.connection.register("given", rows_table(rows, schema))
        self.connection.execute(f"create or replace table memory.run_inputs.{name} as select * from given")
        self.connection.unregister("given")


def _legs(extractions: Sequence[Extraction]) -> list[dict[str, Any]]:
    return [row for extraction in extractions for row in extraction_rows(extraction)[0]]


def _rejects(extractions: Sequence[Extraction]) -> list[dict[str, Any]]:
    return [row for extraction in extractions for row in extraction_rows(extraction)[1]]


def _file(delivery: Delivery) -> dict[str, Any]:
    """A delivery as the run's list of files has it; its path is one that nothing reads here."""
    return vars(delivery) | {"sha256": delivery.sha256, "rows_path": delivery.sha256}


def _delivered(deliveries: Sequence[Delivery], kind: str) -> list[dict[str, Any]]:
    return [row for delivery in deliveries if delivery.kind == kind for row in delivery_rows(delivery)[0]]
