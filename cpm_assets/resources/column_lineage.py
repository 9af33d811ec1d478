"""Column lineage: from which columns of which models each column of a model is made, read out of its compiled SQL.

sqlglot does the reading. It takes some ten seconds for all models, so what was found is remembered by the hash of the
SQL beside dbt's manifest, for all data directories: but for the staging models their SQL is the same. The memory may be
lost, or not be writable, without harm. Models that read the lake's files have no columns above them, and what cannot be
read has no lineage: it is shown, never relied on.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from cpm_assets.dbt_project import MANIFEST

MEMORY = MANIFEST.with_name("column_lineage.json")

Columns = Mapping[str, Iterable[str]]
"""The column names of each model."""
Lineage = dict[str, list[tuple[str, str]]]
"""For each column the (model, column) pairs that it is made of."""


def lineage_of_models(compiled: Path, columns: Columns, memory_path: Path = MEMORY) -> dict[str, Lineage]:
    """The lineage of each model below the directory of compiled SQL that has columns."""
    memory = _remembered(memory_path)
    schema = {model: dict.fromkeys(names, "varchar") for model, names in columns.items()}
    found, used = {}, {}
    for path in sorted(compiled.rglob("*.sql")):
        model, sql = path.stem, path.read_text()
        if model not in columns or "read_parquet([" in sql:  # a list of the lake's files, not an input of the run
            continue
        key = hashlib.sha256("\n".join([sql, *columns[model]]).encode()).hexdigest()
        used[key] = memory[key] if key in memory else _lineage_of(sql, columns[model], schema)
        found[model] = {column: [tuple(pair) for pair in pairs] for column, pairs in used[key].items()}
    if used != memory:
        _remember(memory_path, used)
    return found


def _remembered(path: Path) -> dict[str, Lineage]:
    with suppress(OSError, ValueError):
        return json.loads(path.read_text())
    return {}


def _remember(path: Path, lineages: Mapping[str, Lineage]) -> None:
    """Several runs at once each write their own file, and the last one's stays."""
    with suppress(OSError), tempfile.TemporaryDirectory(dir=path.parent) as directory:
        written = Path(directory, path.name)
        written.write_text(json.dumps(lineages))
        written.replace(path)


def lineage_through(found: Mapping[str, Lineage], model: str, shown: Collection[str]) -> Lineage:
    """The lineage of a model down to columns of shown models only, through the steps between.

    A step that reads what an earlier build left (`earlier_rows`) can be above itself: it is gone through once.
    """

    def sources(pair: tuple[str, str], passed: frozenset[tuple[str, str]] = frozenset()) -> set[tuple[str, str]]:
        name, column = pair
        if name in shown:
            return {pair}
        above = set(found.get(name, {}).get(column, [])) - passed
        return {source for each in above for source in sources(each, passed | above | {pair})}

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
