"""The columns of what one run is given: its days, its files, its instant and settings (ADR 0004)."""

from cpm_assets.resources.column_types import BIG, BOOL, DATE, INSTANT, INT, MONEY, TEXT, schema_of

RUN_DAYS = schema_of(
    {
        "usage_date": DATE,
        "run_id": TEXT,
        "built_at_utc": INSTANT,
        "purpose": TEXT,
        "is_finalizing": BOOL,
        "is_costed": BOOL,
        "is_reconciled": BOOL,
        "extraction_state": TEXT,
        "extraction_reason": TEXT,
    }
)

RUN_USAGE_FILES = schema_of(
    {
        "asked_day": DATE,
        "extraction_id": TEXT,
        "extraction_kind": TEXT,
        "extraction_started_at_utc": INSTANT,
        "legs_path": TEXT,
        "rejects_path": TEXT,
        "distinct_legs": BIG,
        "total_reported": BIG,
    }
)

RUN_SUPERSEDED_SWEEPS = schema_of({"asked_day": DATE, "extraction_id": TEXT, "legs_path": TEXT})

RUN_FREEZINGS = schema_of({"usage_date": DATE, "is_restored": BOOL, "directory": TEXT, "facts": TEXT})

RUN_RESTATED_VERSIONS = schema_of(
    {
        "usage_date": DATE,
        "version": INT,
        "is_latest": BOOL,
        "known_from_utc": INSTANT,
        "manifest_sha256": TEXT,
        "reason": TEXT,
        "legs": BIG,
        "billed_seconds": BIG,
        "total_cost": MONEY,
        "currency": TEXT,
        "daily_path": TEXT,
        "changes_path": TEXT,
        "restatements_path": TEXT,
    }
)

RUN_REVIEWS = schema_of({"usage_date": DATE, "outcome": TEXT, "reason": TEXT, "run_id": TEXT})

RUN_REFERENCE_FILES = schema_of(
    {
        "kind": TEXT,
        "sha256": TEXT,
        "file_name": TEXT,
        "carrier_folder": TEXT,
        "received_at_utc": INSTANT,
        "rows_path": TEXT,
        "rejects_path": TEXT,
        "headers_path": TEXT,
    }
)

RUN = schema_of(
    {
        "as_of_utc": INSTANT,
        "first_day": DATE,
        "open_day": DATE,
        "tolerated_unknown_carrier_legs": INT,
        "tolerated_zero_billing_legs": INT,
        "publish_numbers": TEXT,
        "leg_days": INT,
        "stamp": TEXT,
        "code_version": TEXT,
        "schema_version": TEXT,
    }
)
