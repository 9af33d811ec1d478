"""The columns of every Parquet file that Python writes and dbt reads.

Only schemas, and writing rows by them. Instants are naive timestamps in UTC (their names end in `_utc`), except
`start_local`, whose zone only the contract knows.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cpm_assets.resources.write_once import FileFingerprint, part_of, publish_part

COMPRESSION = "zstd"

_TEXT, _INT, _BIG, _DATE, _BOOL = pa.string(), pa.int32(), pa.int64(), pa.date32(), pa.bool_()
_INSTANT, _MONEY, _RATE = pa.timestamp("us"), pa.decimal128(18, 6), pa.decimal128(18, 8)
_PROVENANCE = {"source_file_sha256": _TEXT, "line_number": _INT, "received_at_utc": _INSTANT}


def _schema(columns: dict[str, pa.DataType]) -> pa.Schema:
    return pa.schema(list(columns.items()))


LEGS = _schema(
    {
        "extraction_id": _TEXT,
        "asked_day": _DATE,
        "extraction_started_at_utc": _INSTANT,
        "page_number": _INT,
        "position": _INT,
        "leg_id": _TEXT,
        "call_id": _TEXT,
        "sip_call_id": _TEXT,
        "start_time_utc": _INSTANT,
        "end_time_utc": _INSTANT,
        "media_seconds": _BIG,
        "billing_seconds": _BIG,
        "carrier_name": _TEXT,
        "destination_number": _TEXT,
        "destination_digits": _TEXT,
        "destination_location": _TEXT,
        "call_type": _TEXT,
        "direction": _TEXT,
        "call_outcome": _TEXT,
    }
)

REJECTS = _schema(
    {
        "extraction_id": _TEXT,
        "asked_day": _DATE,
        "source_file_sha256": _TEXT,
        "page_number": _INT,
        "position": _INT,
        "leg_id": _TEXT,
        "reason": _TEXT,
        "raw_text": _TEXT,
        "received_at_utc": _INSTANT,
    }
)

RATE_CARDS = _schema(
    {
        "carrier_name": _TEXT,
        "prefix": _TEXT,
        "destination_region": _TEXT,
        "rate_per_minute": _RATE,
        "effective_date": _DATE,
        "expiry_date": _DATE,
        "country_code": _TEXT,
        "connection_fee": _MONEY,
        "initial_increment_seconds": _INT,
        "increment_seconds": _INT,
        "minimum_seconds": _INT,
        "currency": _TEXT,
        **_PROVENANCE,
    }
)

CARRIER_CONTRACTS = _schema(
    {
        "carrier_name": _TEXT,
        "effective_date": _DATE,
        "expiry_date": _DATE,
        "initial_increment_seconds": _INT,
        "increment_seconds": _INT,
        "increment_rule": _TEXT,
        "minimum_seconds": _INT,
        "connection_fee": _MONEY,
        "bills_attempts": _BOOL,
        "attempt_fee": _MONEY,
        "rounding_mode": _TEXT,
        "rounding_decimals": _INT,
        "currency": _TEXT,
        "expiry_is_inclusive": _BOOL,
        "invoice_timezone": _TEXT,
        "invoice_format": _TEXT,
        "invoice_folder": _TEXT,
        "charge_tolerance": _MONEY,
        "minute_tolerance": _MONEY,
        "start_tolerance_seconds": _INT,
        "duration_tolerance_seconds": _INT,
        "dispute_days": _INT,
        "cycle_start_utc": _TEXT,
        **_PROVENANCE,
    }
)

SEAT_LICENSES = _schema(
    {
        "license_name": _TEXT,
        "seats": _INT,
        "monthly_cost_per_seat": _MONEY,
        "effective_date": _DATE,
        "expiry_date": _DATE,
        "currency": _TEXT,
        **_PROVENANCE,
    }
)

REVIEW_DECISIONS = _schema(
    {
        "flag_id": _TEXT,
        "status": _TEXT,
        "decided_by": _TEXT,
        "decided_at_utc": _INSTANT,
        "note": _TEXT,
        "flag_type": _TEXT,
        "usage_date": _DATE,
        "carrier_name": _TEXT,
        "invoice_number": _TEXT,
        "invoice_line_number": _TEXT,
        "leg_id": _TEXT,
        "worth": _MONEY,
        "currency": _TEXT,
        "root_cause": _TEXT,
        **_PROVENANCE,
    }
)

WAIVERS = _schema({"usage_date": _DATE, "check_name": _TEXT, "reason": _TEXT, "person": _TEXT, **_PROVENANCE})

INVOICES = _schema(
    {
        "carrier_folder": _TEXT,
        "invoice_number": _TEXT,
        "line_number": _TEXT,
        "internal_leg_reference": _TEXT,
        "sip_call_id": _TEXT,
        "destination_digits": _TEXT,
        "start_time_text": _TEXT,
        "start_local": _INSTANT,
        "start_utc": _INSTANT,
        "duration_seconds": _BIG,
        "billed_minutes": _MONEY,
        "charge_amount": _MONEY,
        "currency": _TEXT,
        "line_kind": _TEXT,
        "stated_rate": _RATE,
        "description": _TEXT,
        "source_file_sha256": _TEXT,
        "file_line": _INT,
        "received_at_utc": _INSTANT,
    }
)

INVOICE_HEADERS = _schema(
    {
        "carrier_folder": _TEXT,
        "invoice_number": _TEXT,
        "invoice_date": _DATE,
        "currency": _TEXT,
        "stated_total": _MONEY,
        "stated_total_tolerance": _MONEY,
        "stated_lines": _INT,
        "period_first_date": _DATE,
        "period_last_date": _DATE,
        "source_file_sha256": _TEXT,
        "received_at_utc": _INSTANT,
    }
)

REFERENCE_REJECTS = _schema(
    {
        "kind": _TEXT,
        "carrier_folder": _TEXT,
        "source_file_sha256": _TEXT,
        "file_name": _TEXT,
        "line_number": _INT,
        "reason": _TEXT,
        "raw_text": _TEXT,
        "received_at_utc": _INSTANT,
    }
)

RUN_DAYS = _schema(
    {
        "usage_date": _DATE,
        "run_id": _TEXT,
        "built_at_utc": _INSTANT,
        "purpose": _TEXT,
        "is_finalizing": _BOOL,
        "is_costed": _BOOL,
        "is_reconciled": _BOOL,
        "extraction_state": _TEXT,
        "extraction_reason": _TEXT,
    }
)

RUN_USAGE_FILES = _schema(
    {
        "asked_day": _DATE,
        "extraction_id": _TEXT,
        "extraction_kind": _TEXT,
        "extraction_started_at_utc": _INSTANT,
        "legs_path": _TEXT,
        "rejects_path": _TEXT,
        "distinct_legs": _BIG,
        "total_reported": _BIG,
    }
)

RUN_SUPERSEDED_SWEEPS = _schema({"asked_day": _DATE, "extraction_id": _TEXT, "legs_path": _TEXT})

RUN_FREEZINGS = _schema({"usage_date": _DATE, "is_restored": _BOOL, "directory": _TEXT, "facts": _TEXT})
RUN_RESTATED_VERSIONS = _schema(
    {
        "usage_date": _DATE,
        "version": _INT,
        "is_latest": _BOOL,
        "known_from_utc": _INSTANT,
        "manifest_sha256": _TEXT,
        "reason": _TEXT,
        "legs": _BIG,
        "billed_seconds": _BIG,
        "total_cost": _MONEY,
        "currency": _TEXT,
        "daily_path": _TEXT,
        "changes_path": _TEXT,
        "restatements_path": _TEXT,
    }
)

RUN_REVIEWS = _schema({"usage_date": _DATE, "outcome": _TEXT, "reason": _TEXT, "run_id": _TEXT})

RESTATED_LEGS = _schema(
    {
        "usage_date": _DATE,
        "version": _INT,
        "leg_id": _TEXT,
        "change": _TEXT,
        "cause": _TEXT,
        "carrier_name": _TEXT,
        "destination_region": _TEXT,
        "billed_seconds_before": _BIG,
        "billed_seconds_after": _BIG,
        "total_cost_before": _MONEY,
        "total_cost_after": _MONEY,
        "currency_before": _TEXT,
        "currency_after": _TEXT,
    }
)

RESTATEMENTS = _schema(
    {
        "usage_date": _DATE,
        "version": _INT,
        "carrier_name": _TEXT,
        "destination_region": _TEXT,
        "currency": _TEXT,
        "legs_delta": _BIG,
        "unrated_legs_delta": _BIG,
        "billed_seconds_delta": _BIG,
        "billed_minutes_delta": _MONEY,
        "total_cost_delta": _MONEY,
    }
)

RESTATED_DAILY = _schema(
    {
        "usage_date": _DATE,
        "carrier_name": _TEXT,
        "destination_region": _TEXT,
        "currency": _TEXT,
        "legs": _BIG,
        "unrated_legs": _BIG,
        "media_seconds": _BIG,
        "raw_seconds": _BIG,
        "billed_seconds": _BIG,
        "media_minutes": _MONEY,
        "raw_minutes": _MONEY,
        "billed_minutes": _MONEY,
        "total_cost": _MONEY,
        "cpm": _RATE,
        "is_final": _BOOL,
    }
)

RUN_REFERENCE_FILES = _schema(
    {
        "kind": _TEXT,
        "sha256": _TEXT,
        "file_name": _TEXT,
        "carrier_folder": _TEXT,
        "received_at_utc": _INSTANT,
        "rows_path": _TEXT,
        "rejects_path": _TEXT,
        "headers_path": _TEXT,
    }
)

FIGURE_CHANGES = _schema(
    {
        "changed_at_utc": _INSTANT,
        "run_id": _TEXT,
        "usage_date": _DATE,
        "carrier_name": _TEXT,
        "destination_region": _TEXT,
        "currency": _TEXT,
        "cause": _TEXT,
        "legs_changed": _BIG,
        "legs_delta": _BIG,
        "unrated_legs_delta": _BIG,
        "billed_seconds_delta": _BIG,
        "billed_minutes_delta": _MONEY,
        "total_cost_delta": _MONEY,
        "total_cost_before": _MONEY,
        "total_cost_after": _MONEY,
        "cpm_before": _RATE,
        "cpm_after": _RATE,
    }
)

RUN = _schema(
    {
        "as_of_utc": _INSTANT,
        "first_day": _DATE,
        "open_day": _DATE,
        "tolerated_unknown_carrier_legs": _INT,
        "tolerated_zero_billing_legs": _INT,
        "publish_numbers": _TEXT,
        "leg_days": _INT,
        "stamp": _TEXT,
        "code_version": _TEXT,
        "schema_version": _TEXT,
    }
)

INPUT_SCHEMAS: dict[str, pa.Schema] = {
    "legs": LEGS,
    "rejects": REJECTS,
    "rate_cards": RATE_CARDS,
    "carrier_contracts": CARRIER_CONTRACTS,
    "seat_licenses": SEAT_LICENSES,
    "review_decisions": REVIEW_DECISIONS,
    "waivers": WAIVERS,
    "invoices": INVOICES,
    "invoice_headers": INVOICE_HEADERS,
    "reference_rejects": REFERENCE_REJECTS,
    "restated_legs": RESTATED_LEGS,
    "restatements": RESTATEMENTS,
    "restated_daily": RESTATED_DAILY,
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


def write_table_once(path: Path, rows: Iterable[Sequence[object]], schema: pa.Schema) -> FileFingerprint:
    """Writes a Parquet file of the lake; see `write_once.publish_part`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(arrow_table(rows, schema), part_of(path), compression=COMPRESSION)
    return publish_part(path)


def write_empty_tables(directory: Path) -> None:
    """One `empty_<name>.parquet` for each of `INPUT_SCHEMAS`, so that SQL needs no branch for "no file"."""
    for name, schema in INPUT_SCHEMAS.items():
        write_table(directory / f"empty_{name}.parquet", [], schema)
