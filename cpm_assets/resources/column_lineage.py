"""Column lineage: from which columns of which models each column of a model is made, read out of its compiled SQL.

sqlglot does the reading. It takes a second or so for all models, so what was found is remembered by the hash of the SQL
in `work/column_lineage.json`, which may be lost without harm. Models that read the lake's files have no columns above
them, and what cannot be read has no lineage: it is shown, never relied on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from cpm_assets.resources.durable_files import write_durably

Columns = Mapping[str, Iterable[str]]
"""The column names of each model."""
Lineage = dict[str, list[tuple[str, str]]]
"""For each column the (model, column) pairs that it is made of."""


def lineage_of_models(compiled: Path, columns: Columns, memory_path: Path) -> dict[str, Lineage]:
    """The lineage of each model below the directory of compiled SQL that has columns."""
    memory = json.loads(memory_path.read_text()) if memory_path.exists() else {}
    schema = {model: dict.fromkeys(names, "varchar") for model, names in columns.items()}
    found, remembered = {}, {}
    for path in sorted(compiled.rglob("*.sql")):
        model, sql = path.stem, path.read_text()
        if model not in columns or "read_parquet([" in sql:  # a list of the lake's files, not an input of the run
            continue
        key = hashlib.sha256(sql.encode()).hexdigest()
        remembered[key] = memory[key] if key in memory else _lineage_of(sql, columns[model], schema)
        found[model] = {column: [tuple(pair) for pair in pairs] for column, pairs in remembered[key].items()}
    if remembered != memory:
        write_durably(memory_path, json.dumps(remembered).encode())
    return found


def lineage_through(found: Mapping[str, Lineage], model: str, shown: Collection[str]) -> Lineage:
    """The lineage of a model down to columns of shown models only, through the steps between."""

    def sources(pair: tuple[str, str]) -> set[tuple[str, str]]:
        name, column = pair
        if name in shown:
            return {pair}
        return {source for above in found.get(name, {}).get(column, []) for source in sources(above)}

    return {
        column: sorted({source for pair in pairs for source in sources(pair)})
        for column, pairs in found.get(model, {}).items()
    }


def _lineage_of(sql: str, columns: Iterable[str], schema: Mapping[str, Mapping[str, str]]) -> Lineage:
    try:
        query = sqlglot.parse_one(sql, dialect="duckdb")
        for table in query.find_all(exp.Table):  # models are known by their names alone, whichever file they are in
            table.set("db", None)
            table.set("catalog", None)
        qualified = qualify(query, schema=schema, dialect="duckdb", validate_qualify_columns=False)
        scope = build_scope(qualified)
        return {column: _sources(column, qualified, scope, schema) for column in columns}
    except (SqlglotError, ValueError, KeyError, RecursionError):
        return {}


def _sources(
    column: str, query: exp.Expression, scope: Scope | None, schema: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str]]:
    root = lineage(column, query, schema, scope=scope, dialect="duckdb", trim_selects=False, copy=False)
    pairs = set()
    for node in root.walk():
        if isinstance(node.expression, exp.Table) and node.expression.name in schema:
            pairs.add((node.expression.name, node.name.rsplit(".", 1)[-1].strip('"')))
    return sorted(pairs)
