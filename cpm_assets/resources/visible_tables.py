"""Published tables as a person or group may see them: each a view, or a query, over a published file that is attached.

What is shown is said in `domain/table_visibility.py`. Grants are rows of a table that the filters join: a name never
becomes SQL. Whoever sees everything gets plain views, which cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from cpm_assets.domain.access_policy import Grant, PolicyRow, sees_everything
from cpm_assets.domain.table_visibility import HIDDEN, Rule, visibility_of

_FILTERS = {
    Rule.PAIR: (
        "carrier_name in (select carrier_name from {grants} where destination_region = '*') "
        "or destination_region in (select destination_region from {grants} where carrier_name = '*') "
        "or (carrier_name, destination_region) in (select (carrier_name, destination_region) from {grants})"
    ),
    Rule.WHOLE_CARRIER: "carrier_name in (select carrier_name from {grants} where destination_region = '*')",
    Rule.ANY_OF_CARRIER: (
        "carrier_name in (select carrier_name from {grants}) or exists (from {grants} where carrier_name = '*')"
    ),
    Rule.ANY_OF_REGION: (
        "destination_region in (select destination_region from {grants}) "
        "or exists (from {grants} where destination_region = '*')"
    ),
    Rule.EVERYBODY: "exists (from {grants})",
    Rule.EVERYTHING_ONLY: "false",
}
"""Of the grants as put; whoever has ('*', '*') among them is asked no filter at all."""


def policy_in_force(connection: duckdb.DuckDBPyConnection, source: str) -> list[PolicyRow]:
    """The access policy of an attached published file; no row, so no grant, where the file has none."""
    if "access_policy" not in published_tables(connection, source):
        return []
    rows = connection.execute(
        f"select principal, principal_type, carrier_name, destination_region from {source}.main.access_policy"  # noqa: S608
    ).fetchall()
    return [PolicyRow(principal, kind, Grant(carrier, region)) for principal, kind, carrier, region in rows]


def published_tables(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    """The names of the tables and views of an attached published file."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = $source and schema_name = 'main' union all "
        "select view_name from duckdb_views() where database_name = $source and schema_name = 'main' and not internal "
        "order by 1",
        {"source": source},
    ).fetchall()
    return [name for (name,) in rows]


def put_grants(connection: duckdb.DuckDBPyConnection, schema: str, grants: Iterable[Grant]) -> str:
    """Puts grants into a table of a schema in the reader's memory; its name is what `visible_query` filters by."""
    relation = f"memory.{quoted(schema)}.grants"
    connection.execute(f"create schema if not exists memory.{quoted(schema)}")
    connection.execute(f"create or replace table {relation} (carrier_name varchar, destination_region varchar)")
    rows = [(grant.carrier_name, grant.destination_region) for grant in sorted(grants)]
    if rows:
        connection.executemany(f"insert into {relation} values (?, ?)", rows)  # noqa: S608 - our own name
    return relation


def create_visible_views(
    connection: duckdb.DuckDBPyConnection, source: str, schema: str, grants: frozenset[Grant]
) -> None:
    """A schema in the reader's memory with a view for each table of the published file, under its own name, and its
    functions."""
    relation = put_grants(connection, f"{schema}_access", grants)
    connection.execute(f"create schema if not exists memory.{quoted(schema)}")
    for table in published_tables(connection, source):
        query = visible_query(connection, source, table, grants, relation)
        connection.execute(f"create or replace view memory.{quoted(schema)}.{quoted(table)} as {query}")
    copy_functions(connection, source, f"memory.{quoted(schema)}")


def visible_query(
    connection: duckdb.DuckDBPyConnection, source: str, table: str, grants: frozenset[Grant], relation: str
) -> str:
    """The query for what the grants show of a table; `relation` is where they were put."""
    of_table = f"{quoted(source)}.main.{quoted(table)}"
    if sees_everything(grants):
        return f"select * from {of_table}"  # noqa: S608 - names that the file itself has, quoted
    seen = visibility_of(table)
    columns = "*" if seen.shown_columns is None else _with_others_null(connection, source, table, seen.shown_columns)
    return f"select {columns} from {of_table} where {_FILTERS[seen.rule].format(grants=relation)}"  # noqa: S608


def is_shown(table: str, grants: Iterable[Grant]) -> bool:
    """Whether the grants may show any of a table; where not, its view is empty for that reason alone."""
    grants = frozenset(grants)
    if sees_everything(grants):
        return True
    rule = visibility_of(table).rule
    if rule is Rule.WHOLE_CARRIER:
        return any(grant.destination_region == "*" for grant in grants)
    return bool(grants) and rule is not HIDDEN.rule


def copy_functions(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    """The functions that the published file carries (`cost_per_minute`), in another schema."""
    for name, parameters, definition in connection.execute(
        "select function_name, parameters, macro_definition from duckdb_functions() "
        "where database_name = $source and function_type = 'macro' and not internal",
        {"source": source},
    ).fetchall():
        arguments = ", ".join(map(quoted, parameters))
        connection.execute(f"create or replace macro {target}.{quoted(name)}({arguments}) as {definition}")


def quoted(name: str) -> str:
    """An identifier as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _with_others_null(connection: duckdb.DuckDBPyConnection, source: str, table: str, shown: tuple[str, ...]) -> str:
    """The table's columns, in order and of their types; NULL in those that are not shown."""
    names = connection.execute(
        "select column_name from duckdb_columns() where database_name = $source and schema_name = 'main' "
        "and table_name = $table order by column_index",
        {"source": source, "table": table},
    ).fetchall()
    return ", ".join(
        quoted(name) if name in shown else f"case when false then {quoted(name)} end as {quoted(name)}"
        for (name,) in names
    )
