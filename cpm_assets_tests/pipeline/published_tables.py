"""Reading a published file in tests: rows of a query, and in which tables two files differ.

Read only. What the tables must hold is each test's business.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

NAMES_THE_PUBLISHING = {"cpm_meta": "published_at_utc"}
"""Columns that say when, not what: two files of the same figures differ in them."""
NAMES_THE_RUN = {
    "cpm_meta": "published_at_utc",
    "check_results": "run_id, evaluated_at_utc",
    "day_status": "run_id, last_good_at_utc",
    "costed_legs": "extraction_id",
    "costed_legs_rejected": "run_id, extraction_id",
    "rejected_legs": "extraction_id, received_at_utc",
    "rate_card_dimension": "received_at_utc",
    "invoice_coverage": "received_at_utc",
    "rejected_reference_rows": "received_at_utc",
}
"""Columns that also differ between two runs over the same answers and files."""


def rows(published: Path, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a query over a published file (the link or a version)."""
    with duckdb.connect(str(published.resolve()), read_only=True) as connection:
        return connection.execute(query, parameters).fetchall()


def records(published: Path, query: str, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries by column name."""
    with duckdb.connect(str(published.resolve()), read_only=True) as connection:
        result = connection.execute(query, parameters)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def tables(published: Path) -> list[str]:
    """The names of the tables, in order."""
    return [name for (name,) in rows(published, "select table_name from duckdb_tables() order by table_name")]


def differences(
    one: Path, other: Path, left_out: dict[str, str], day: date | None = None
) -> dict[str, tuple[int, int]]:
    """By table: how many rows only `one` has and only `other` has, repeated rows counted. Empty if nothing differs.

    `left_out` names columns (comma separated, by table) that are not compared. With a UTC `day` only its rows are, in
    the tables that have one.
    """
    assert tables(one) == tables(other)
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one.resolve()}' as one (read_only)")
        connection.execute(f"attach '{other.resolve()}' as other (read_only)")
        for table in tables(one):
            there = {
                name
                for (name,) in connection.execute(
                    "select column_name from duckdb_columns() where table_name = ?", [table]
                ).fetchall()
            }
            if day is not None and "usage_date" not in there:
                continue
            which = "" if day is None else f" where usage_date = date '{day}'"
            excluded = [column for column in left_out.get(table, "").split(", ") if column in there]
            columns = f"* exclude ({', '.join(excluded)})" if excluded else "*"
            only = tuple(
                connection.execute(
                    f"select count(*) from (select {columns} from {a}.{table}{which} except all "
                    f"select {columns} from {b}.{table}{which})"
                ).fetchone()[0]
                for a, b in (("one", "other"), ("other", "one"))
            )
            if only != (0, 0):
                found[table] = only
    return found
