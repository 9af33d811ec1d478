"""The columns of the files that keep what figures were before: versions of closed days, changed cells of open ones."""

from cpm_assets.resources.column_types import BIG, BOOL, DATE, INSTANT, INT, MONEY, RATE, TEXT, schema_of

RESTATED_LEGS = schema_of(
    {
        "usage_date": DATE,
        "version": INT,
        "leg_id": TEXT,
        "change": TEXT,
        "cause": TEXT,
        "carrier_name": TEXT,
        "destination_region": TEXT,
        "billed_seconds_before": BIG,
        "billed_seconds_after": BIG,
        "total_cost_before": MONEY,
        "total_cost_after": MONEY,
        "currency_before": TEXT,
        "currency_after": TEXT,
    }
)

RESTATEMENTS = schema_of(
    {
        "usage_date": DATE,
        "version": INT,
        "carrier_name": TEXT,
        "destination_region": TEXT,
        "currency": TEXT,
        "legs_delta": BIG,
        "unrated_legs_delta": BIG,
        "billed_seconds_delta": BIG,
        "billed_minutes_delta": MONEY,
        "total_cost_delta": MONEY,
    }
)

RESTATED_DAILY = schema_of(
    {
        "usage_date": DATE,
        "carrier_name": TEXT,
        "destination_region": TEXT,
        "currency": TEXT,
        "legs": BIG,
        "unrated_legs": BIG,
        "media_seconds": BIG,
        "raw_seconds": BIG,
        "billed_seconds": BIG,
        "media_minutes": MONEY,
        "raw_minutes": MONEY,
        "billed_minutes": MONEY,
        "total_cost": MONEY,
        "cpm": RATE,
        "is_final": BOOL,
    }
)

FIGURE_CHANGES = schema_of(
    {
        "changed_at_utc": INSTANT,
        "run_id": TEXT,
        "usage_date": DATE,
        "carrier_name": TEXT,
        "destination_region": TEXT,
        "currency": TEXT,
        "cause": TEXT,
        "legs_changed": BIG,
        "legs_delta": BIG,
        "unrated_legs_delta": BIG,
        "billed_seconds_delta": BIG,
        "billed_minutes_delta": MONEY,
        "total_cost_delta": MONEY,
        "total_cost_before": MONEY,
        "total_cost_after": MONEY,
        "cpm_before": RATE,
        "cpm_after": RATE,
    }
)
