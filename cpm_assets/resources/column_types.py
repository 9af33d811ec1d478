"""The types that columns of the Parquet files between Python and dbt have.

Instants are naive timestamps in UTC: the names of their columns end in `_utc`.
"""

import pyarrow as pa

TEXT, INT, BIG, DATE, BOOL = pa.string(), pa.int32(), pa.int64(), pa.date32(), pa.bool_()
INSTANT, MONEY, RATE = pa.timestamp("us"), pa.decimal128(18, 6), pa.decimal128(18, 8)
PROVENANCE = {"source_file_sha256": TEXT, "line_number": INT, "received_at_utc": INSTANT}
"""Where a row of a delivery comes from."""


def schema_of(columns: dict[str, pa.DataType]) -> pa.Schema:
    return pa.schema(list(columns.items()))
