"""The FOCUS cost export: cpm_daily in the columns that FinOps tools read, as one Parquet file.

Which version, what each column holds, and what has no meaning for telephony is in `docs/bi.md`.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from cpm_assets.resources.durable_files import fsync_directory, fsync_file, make_directory

FOCUS_VERSION = "1.2"

_ROWS = Path(__file__).with_suffix(".sql")


def write_focus_export(published: Path, file: Path) -> int:
    """Write the export of a published version, whole or not at all; how many rows it has.

    Parquet keeps money exact, and no spreadsheet runs a carrier's name as a formula. Raises OSError.
    """
    make_directory(file.parent)
    part = file.with_name(f".{file.name}.part")
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{_quoted(published.resolve())}' as published (read_only)")
        written = connection.execute(f"copy ({_ROWS.read_text()}) to '{_quoted(part)}' (format parquet)").fetchone()
    fsync_file(part)
    part.replace(file)
    fsync_directory(file.parent)
    return int(written[0]) if written else 0


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
