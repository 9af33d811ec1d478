"""The columns of parsed deliveries: one schema for each kind of file in the inbox, invoices' headers and rejected rows.

`start_local` is in a zone that only the contract knows.
"""

from cpm_assets.resources.column_types import BIG, BOOL, DATE, INSTANT, INT, MONEY, PROVENANCE, RATE, TEXT, schema_of

RATE_CARDS = schema_of(
    {
        "carrier_name": TEXT,
        "prefix": TEXT,
        "destination_region": TEXT,
        "rate_per_minute": RATE,
        "effective_date": DATE,
        "expiry_date": DATE,
        "country_code": TEXT,
        "connection_fee": MONEY,
        "initial_increment_seconds": INT,
        "increment_seconds": INT,
        "minimum_seconds": INT,
        "currency": TEXT,
        **PROVENANCE,
    }
)

CARRIER_CONTRACTS = schema_of(
    {
        "carrier_name": TEXT,
        "effective_date": DATE,
        "expiry_date": DATE,
        "initial_increment_seconds": INT,
        "increment_seconds": INT,
        "increment_rule": TEXT,
        "minimum_seconds": INT,
        "connection_fee": MONEY,
        "bills_attempts": BOOL,
        "attempt_fee": MONEY,
        "rounding_mode": TEXT,
        "rounding_decimals": INT,
        "currency": TEXT,
        "expiry_is_inclusive": BOOL,
        "invoice_timezone": TEXT,
        "invoice_format": TEXT,
        "invoice_folder": TEXT,
        "charge_tolerance": MONEY,
        "minute_tolerance": MONEY,
        "start_tolerance_seconds": INT,
        "duration_tolerance_seconds": INT,
        "dispute_days": INT,
        "cycle_start_utc": TEXT,
        **PROVENANCE,
    }
)

SEAT_LICENSES = schema_of(
    {
        "license_name": TEXT,
        "seats": INT,
        "monthly_cost_per_seat": MONEY,
        "effective_date": DATE,
        "expiry_date": DATE,
        "currency": TEXT,
        **PROVENANCE,
    }
)

REVIEW_DECISIONS = schema_of(
    {
        "flag_id": TEXT,
        "status": TEXT,
        "decided_by": TEXT,
        "decided_at_utc": INSTANT,
        "note": TEXT,
        "flag_type": TEXT,
        "usage_date": DATE,
        "carrier_name": TEXT,
        "invoice_number": TEXT,
        "invoice_line_number": TEXT,
        "leg_id": TEXT,
        "worth": MONEY,
        "currency": TEXT,
        "root_cause": TEXT,
        **PROVENANCE,
    }
)

ACCESS_POLICY = schema_of(
    {"principal": TEXT, "principal_type": TEXT, "carrier_name": TEXT, "destination_region": TEXT, **PROVENANCE}
)

WAIVERS = schema_of({"usage_date": DATE, "check_name": TEXT, "reason": TEXT, "person": TEXT, **PROVENANCE})

INVOICES = schema_of(
    {
        "carrier_folder": TEXT,
        "invoice_number": TEXT,
        "line_number": TEXT,
        "internal_leg_reference": TEXT,
        "sip_call_id": TEXT,
        "destination_digits": TEXT,
        "start_time_text": TEXT,
        "start_local": INSTANT,
        "start_utc": INSTANT,
        "duration_seconds": BIG,
        "billed_minutes": MONEY,
        "charge_amount": MONEY,
        "currency": TEXT,
        "line_kind": TEXT,
        "stated_rate": RATE,
        "description": TEXT,
        "source_file_sha256": TEXT,
        "file_line": INT,
        "received_at_utc": INSTANT,
    }
)

INVOICE_HEADERS = schema_of(
    {
        "carrier_folder": TEXT,
        "invoice_number": TEXT,
        "invoice_date": DATE,
        "currency": TEXT,
        "stated_total": MONEY,
        "stated_total_tolerance": MONEY,
        "stated_lines": INT,
        "period_first_date": DATE,
        "period_last_date": DATE,
        "source_file_sha256": TEXT,
        "received_at_utc": INSTANT,
    }
)

REFERENCE_REJECTS = schema_of(
    {
        "kind": TEXT,
        "carrier_folder": TEXT,
        "source_file_sha256": TEXT,
        "file_name": TEXT,
        "line_number": INT,
        "reason": TEXT,
        "raw_text": TEXT,
        "received_at_utc": INSTANT,
    }
)
