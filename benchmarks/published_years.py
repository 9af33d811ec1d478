"""A published file of years of figures: every table by its own model, filled with made sums for the dashboard.

Only the making of it. Sums are large enough to be real and the same in every run; they do not agree between the tables.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from cpm_assets.resources.published import PublishedSnapshots
from cpm_assets_tests.compiled_models import compile_models
from cpm_assets_tests.published_files import write_marts

LAST_DAY = date(2026, 11, 20)
PUBLISHED_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPEN_DAYS, LEG_DAYS, LEGS_A_DAY = 3, 92, 5_000
HOURS, PREFIXES = 2, 2
"""Hours a day in which each carrier has legs to each region, and its prefixes of each region."""

CELLS = (
    "range($days) as days(n) cross join range($carriers) as carriers(c) cross join range($regions) as regions(r) "
    "cross join range({many}) as parts(p)"
)
DAY = "$first::date + n::integer"
NAMES = f"""
    {DAY} as usage_date, 'Carrier ' || c as carrier_name, 'Region ' || r as destination_region, 'USD' as currency
"""
SUMS = f"""
    1 + (hash(n, c, r, p) % 40)::bigint as legs, (hash(n, c, r, p) % 97 = 0)::bigint as unrated_legs,
    60 + (hash(n, c, r, p) % 9000)::bigint as billed_seconds,
    ((60 + (hash(n, c, r, p) % 9000)::bigint) * (20 + (7 * c + r) % 900))::decimal(15, 0) * 0.000001 as total_cost,
    n < $days - {OPEN_DAYS} as is_final
"""
TABLES = {
    "cpm_daily": f"select {NAMES}, {SUMS} from {CELLS.format(many=1)}",
    "cpm_daily_restated": f"select {NAMES}, {SUMS}, 1 as version from {CELLS.format(many=1)}",
    "cpm_hourly": f"select {NAMES}, {SUMS}, if((c + r) % 9 = 0, 'transfer', 'primary') as leg_type, "
    f"{DAY} + to_hours((9 + 5 * p)::integer) as usage_hour_utc from {CELLS.format(many=HOURS)}",
    "cpm_by_prefix": f"select {NAMES}, {SUMS}, (10000 + {PREFIXES} * r + p)::varchar as prefix, "
    f"(20 + (7 * c + r) % 900)::decimal(18, 0) * 0.00006 as rate_per_minute from {CELLS.format(many=PREFIXES)}",
    "cpm_trailing_7d": f"select usage_date, carrier_name, destination_region, currency, billed_seconds as "
    f"billed_seconds_7d, total_cost as total_cost_7d, 7 as days_in_window from (select {NAMES}, {SUMS} "
    f"from {CELLS.format(many=1)})",
    "dim_carrier": "select 'Carrier ' || c as carrier_name, 'steps of 60 s' as rounding_rule_text "
    "from range($carriers) as carriers(c)",
    "dim_region": "select 'Region ' || r as destination_region, (1 + r // 4)::varchar as country_code "
    "from range($regions) as regions(r)",
    "day_status": f"select {DAY} as usage_date, if(n < $days - {OPEN_DAYS}, 'final', 'provisional') as status "
    "from range($days) as days(n)",
    "rate_card_dimension": "select 'Carrier ' || c as carrier_name, 'Region ' || r as destination_region, "
    f"(10000 + {PREFIXES} * r + p)::varchar as prefix, (20 + (7 * c + r + n) % 900)::decimal(18, 0) * 0.00006 as "
    f"rate_per_minute, {DAY} as valid_from, {DAY} + 90 as valid_to from {CELLS.format(many=PREFIXES)} where n % 90 = 0",
    "costed_legs": f"select 'leg-' || n || '-' || l as leg_id, {DAY} as usage_date, {DAY} + to_seconds(l * 17) as "
    "start_time_utc, 'Carrier ' || l % $carriers as carrier_name, 'Region ' || hash(l) % $regions as "
    "destination_region, 'primary' as leg_type, true as is_billable, 'rated' as rating_status, "
    f"(10000 + {PREFIXES} * (hash(l) % $regions))::varchar as matched_prefix, 60 as billed_seconds, 0.05 as "
    "total_cost, 0 as connection_fee, 'USD' as currency "
    f"from range($days) as days(n) cross join range({LEGS_A_DAY}) as legs(l) where n >= $days - {LEG_DAYS}",
    "cpm_meta": f"select 'sandbox' as stamp, timestamp '{PUBLISHED_AT:%Y-%m-%d %H:%M:%S}' as published_at_utc, "
    "$first::date as first_day, $last::date as last_day",
}


def publish_years(directory: Path, days: int, carriers: int, regions: int) -> Path:
    """A data directory in which such a file is published; its last day is LAST_DAY."""
    marts = directory / "marts.duckdb"
    directory.mkdir(parents=True, exist_ok=True)
    write_marts(compile_models(), marts)
    values = {
        "days": days,
        "carriers": carriers,
        "regions": regions,
        "first": LAST_DAY - timedelta(days=days - 1),
        "last": LAST_DAY,
    }
    with duckdb.connect(str(marts)) as connection:
        for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            connection.execute(f"delete from {table}")  # noqa: S608 - a model's name
        for table, sql in TABLES.items():
            named = {name: value for name, value in values.items() if f"${name}" in sql}
            connection.execute(f"insert into {table} by name {sql}", named)  # noqa: S608 - texts of this file
    snapshots = PublishedSnapshots(directory / "published")
    snapshots.publish(marts, snapshots.name(PUBLISHED_AT, "bench"))
    marts.unlink()
    return directory
