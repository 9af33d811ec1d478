"""Which rows of the published tables a viewer may see: one view a table, under the table's own plain name.

Pages query plain names only, so what a view leaves out never leaves the server, in downloads and exports neither.
"""

from __future__ import annotations

import duckdb

from dashboard.viewer import Viewer

PUBLISHED = "published"
"""The catalog as which the published file is attached; only this file and `published.py` name it."""


def define_views(connection: duckdb.DuckDBPyConnection, schema: str, viewer: Viewer) -> None:
    """Make a view of each published table in `schema`, holding what `viewer` may see: here, all rows."""
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = $catalog and schema_name = 'main'",
        {"catalog": PUBLISHED},
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"create view {schema}.{table} as from {PUBLISHED}.main.{table}")
