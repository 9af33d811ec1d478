"""Rows as Parquet tables: made by a schema, written whole, and the empty ones that dbt reads where there is no file."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cpm_assets.resources import delivery_schemas as delivered
from cpm_assets.resources import usage_schemas as usage
from cpm_assets.resources import version_schemas as versions
from cpm_assets.resources.write_once import FileFingerprint, part_of, publish_part

COMPRESSION = "zstd"

ROW_GROUP_ROWS = 50_000
"""A month of calls is written in pieces of this many: what is held beside the file does not grow with it."""

INPUT_SCHEMAS: dict[str, pa.Schema] = {
    "legs": usage.LEGS,
    "rejects": usage.REJECTS,
    "rate_cards": delivered.RATE_CARDS,
    "carrier_contracts": delivered.CARRIER_CONTRACTS,
    "seat_licenses": delivered.SEAT_LICENSES,
    "review_decisions": delivered.REVIEW_DECISIONS,
    "waivers": delivered.WAIVERS,
    "access_policy": delivered.ACCESS_POLICY,
    "invoices": delivered.INVOICES,
    "invoice_headers": delivered.INVOICE_HEADERS,
    "reference_rejects": delivered.REFERENCE_REJECTS,
    "restated_legs": versions.RESTATED_LEGS,
    "restatements": versions.RESTATEMENTS,
    "restated_daily": versions.RESTATED_DAILY,
}
"""What dbt reads from the lake, by the name that its `empty_<name>.parquet` has."""


def arrow_table(rows: Iterable[Sequence[object]], schema: pa.Schema) -> pa.Table:
    """Rows (values in the schema's order) as a table. Aware instants become UTC. Raises pyarrow errors on misfits."""
    columns = list(zip(*rows, strict=True))
    if not columns:
        return schema.empty_table()
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def write_table(path: Path, rows: Iterable[Sequence[object]], schema: pa.Schema) -> None:
    """Writes a Parquet file whole, replacing what was there: for files that are not the lake's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(arrow_table(rows, schema), part_of(path), compression=COMPRESSION)
    part_of(path).replace(path)


def tables_of(rows: Iterable[Sequence[object]], schema: pa.Schema) -> Iterator[pa.Table]:
    """Rows as tables of as many as are held at once."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, ROW_GROUP_ROWS)):
        yield arrow_table(chunk, schema)


def write_tables_once(path: Path, tables: Iterable[pa.Table], schema: pa.Schema) -> FileFingerprint:
    """Writes a Parquet file of the lake, in row groups as the tables come; see `write_once.publish_part`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting: list[pa.Table] = []
    with pq.ParquetWriter(part_of(path), schema, compression=COMPRESSION) as writer:
        for table in tables:
            waiting.append(table)
            if sum(map(len, waiting)) >= ROW_GROUP_ROWS:
                writer.write_table(pa.concat_tables(waiting))
                waiting.clear()
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
    return publish_part(path)


def write_table_once(path: Path, rows: Iterable[Sequence[object]], schema: pa.Schema) -> FileFingerprint:
    """Writes rows as a Parquet file of the lake."""
    return write_tables_once(path, tables_of(rows, schema), schema)


def write_empty_tables(directory: Path) -> None:
    """One `empty_<name>.parquet` for each of `INPUT_SCHEMAS`, so that SQL needs no branch for "no file"."""
    for name, schema in INPUT_SCHEMAS.items():
        write_table(directory / f"empty_{name}.parquet", [], schema)
