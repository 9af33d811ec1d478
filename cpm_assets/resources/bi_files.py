"""Files for BI tools, made from the published file: the repository's `bi/`, and an installation's own `bi/`.

The same generator makes both. The repository's names the published file by a relative path and has no roles; an
installation's names its own and has the roles of its access policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from cpm_assets.domain.bi.genesys import genesys_field
from cpm_assets.domain.bi.power_bi import NAME, power_bi_files
from cpm_assets.domain.bi.power_bi_roles import role_files
from cpm_assets.domain.bi.tableau import tableau_source
from cpm_assets.domain.bi.tables import MODEL_TABLES, BiColumn, BiTable
from cpm_assets.resources.durable_files import fsync_directory, write_durably
from cpm_assets.resources.visible_tables import policy_in_force

POWER_BI = "powerbi/"
ROLES = f"{POWER_BI}{NAME}.SemanticModel/definition/roles"

NAMED_IN_REPOSITORY = "published/cpm.duckdb"
"""The path by which the files in the repository name the published file: whoever opens them sets it."""

_COLUMNS = (
    "select columns.column_name, columns.data_type, coalesce(columns.comment, '') "
    "from duckdb_columns() as columns where columns.database_name = 'published' and columns.schema_name = 'main' "
    "and columns.table_name = $table order by columns.column_index"
)
_COMMENT = (
    "select coalesce(any_value(comment), '') from duckdb_tables() "
    "where database_name = 'published' and schema_name = 'main' and table_name = $table"
)


def repository_files(published: Path) -> dict[str, str]:
    """The files of the repository's `bi/`, by relative path."""
    with _opened(published) as connection:
        return _files(_tables(connection), NAMED_IN_REPOSITORY, {})


def installation_files(link: Path) -> dict[str, str]:
    """An installation's files, by relative path, over the version that `link` shows. It is what readers open."""
    with _opened(link) as connection:
        return _files(_tables(connection), str(link.absolute()), role_files(policy_in_force(connection, "published")))


def write_files(root: Path, files: Mapping[str, str]) -> list[str]:
    """Bring `root` to these files; names what was written. Only while nobody else writes there.

    Of what is there and not among them only roles go, which were withdrawn. Everything else is the tools' own: Power BI
    keeps the pages of a report and its caches beside the project's files.
    """
    written = []
    for name, text in files.items():
        path = root / name
        if not path.exists() or path.read_text() != text:
            write_durably(path, text.encode())
            written.append(name)
    if any(name.startswith(POWER_BI) for name in files):
        for role in sorted((root / ROLES).glob("*.tmdl")):
            if f"{ROLES}/{role.name}" not in files:
                role.unlink()
                fsync_directory(role.parent)
    return written


def _files(tables: Mapping[str, BiTable], published_file: str, roles: Mapping[str, str]) -> dict[str, str]:
    power_bi = power_bi_files(list(tables.values()), published_file, roles)
    return {
        **{f"{POWER_BI}{name}": text for name, text in power_bi.items()},
        "tableau/cpm.tds": tableau_source(tables["cpm_daily"], published_file),
        "genesys/cost_per_minute.json": genesys_field(),
    }


def _opened(published: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    quoted = str(published.resolve()).replace("'", "''")
    connection.execute(f"attach '{quoted}' as published (read_only)")
    return connection


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, BiTable]:
    tables = {}
    for name in MODEL_TABLES:
        columns = connection.execute(_COLUMNS, {"table": name}).fetchall()
        comment = connection.execute(_COMMENT, {"table": name}).fetchone()
        tables[name] = BiTable(name, comment[0] if comment else "", tuple(BiColumn(*column) for column in columns))
    return tables
