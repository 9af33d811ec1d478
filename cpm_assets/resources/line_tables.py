"""The rows of a parsed delivery as Arrow tables, with where they come from: what is written for dbt.

Only that. Rows that a reader gives as columns (X12's calls) are never made into objects.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import pyarrow as pa

from cpm_assets.domain.taken_rows import ParsedRow
from cpm_assets.domain.x12.line_columns import LineColumns, LineParts
from cpm_assets.resources.parquet_tables import tables_of


def delivery_tables(
    rows: Collection[ParsedRow], before: Sequence[object], sha256: str, received_at: datetime, schema: pa.Schema
) -> Iterator[pa.Table]:
    """Each row between `before` (an invoice's folder) and its provenance, in the order of `schema`."""
    parts = rows.parts if isinstance(rows, LineParts) else [rows]
    for part in parts:
        if isinstance(part, LineColumns):
            yield _of_columns(part, before, sha256, received_at, schema)
        else:
            yield from tables_of(((*before, *values, sha256, line, received_at) for line, values in part), schema)


def _of_columns(
    lines: LineColumns, before: Sequence[object], sha256: str, received_at: datetime, schema: pa.Schema
) -> pa.Table:
    count = len(lines)
    given = [*before, *lines.columns, sha256, lines.places, received_at]
    arrays = [
        value.cast(field.type) if isinstance(value, pa.Array) else pa.repeat(pa.array([value], field.type)[0], count)
        for value, field in zip(given, schema, strict=True)
    ]
    return pa.table(arrays, schema=schema)
