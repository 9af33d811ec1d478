"""The columns of parsed usage: legs, and records that are no leg."""

from cpm_assets.resources.column_types import BIG, BOOL, DATE, INSTANT, INT, TEXT, schema_of

LEGS = schema_of(
    {
        "extraction_id": TEXT,
        "asked_day": DATE,
        "extraction_started_at_utc": INSTANT,
        "page_number": INT,
        "position": INT,
        "leg_id": TEXT,
        "call_id": TEXT,
        "sip_call_id": TEXT,
        "start_time_utc": INSTANT,
        "end_time_utc": INSTANT,
        "media_seconds": BIG,
        "billing_seconds": BIG,
        "carrier_name": TEXT,
        "destination_number": TEXT,
        "destination_digits": TEXT,
        "destination_location": TEXT,
        "call_type": TEXT,
        "direction": TEXT,
        "call_outcome": TEXT,
        "is_billing_duration_computed": BOOL,
    }
)

REJECTS = schema_of(
    {
        "extraction_id": TEXT,
        "asked_day": DATE,
        "source_file_sha256": TEXT,
        "page_number": INT,
        "position": INT,
        "leg_id": TEXT,
        "reason": TEXT,
        "raw_text": TEXT,
        "received_at_utc": INSTANT,
    }
)
