"""A small day for tests of frozen files: four billable legs in two currencies, with the tables made of them.

Rows only, in a DuckDB connection; what is done with them is each test's business.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from cpm_assets.resources.frozen_versions import FrozenVersion, write_version

DAY = date(2026, 11, 3)
KNOWN_FROM = datetime(2026, 11, 6, 1, tzinfo=UTC)

LEGS = """
select * from (values
    ('b', 'Acme', 'California', 'USD', 60, 0.010000, true, true),
    ('a', 'Acme', 'California', 'USD', 120, 0.020001, true, true),
    ('c', 'Acme', 'Bern', 'CHF', 30, 1.5, true, true),
    ('d', 'Acme', '(unrated)', 'USD', null, null, true, true),
    ('e', null, null, null, null, null, false, true)
) as legs (leg_id, carrier_name, destination_region, currency, billed_seconds, total_cost, is_billable, is_final)
"""
SUMS = """
count(total_cost) as legs, count(*) - count(total_cost) as unrated_legs,
coalesce(sum(billed_seconds) filter (where total_cost is not null), 0) as billed_seconds,
cast(coalesce(sum(total_cost), 0) as decimal(18, 6)) as total_cost
"""


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, duckdb.DuckDBPyRelation]:
    """The five frozen tables of the day, with the columns that tests need."""
    connection.execute(f"create or replace table legs as {LEGS}")
    region = "select carrier_name, destination_region, currency"
    made = {
        "costed_legs": "select * replace (total_cost::decimal(18, 6) as total_cost) from legs",
        "cpm_daily": f"{region}, {SUMS} from legs where is_billable group by all",
        "cpm_hourly": f"{region}, timestamp '2026-11-03 10:00' as usage_hour_utc, 'primary' as leg_type, {SUMS} "
        "from legs where is_billable group by all",
        "cpm_by_prefix": "select carrier_name, '1415' as prefix, currency, "
        f"{SUMS} from legs where is_billable group by all",
        "internal_handling_cost": "select 'unallocated' as leg_type, 'USD' as currency, 1::decimal(18, 6) as cost",
    }
    return {name: connection.sql(query) for name, query in made.items()}


def write(directory: Path, version: int = 1) -> FrozenVersion:
    """Write the day as a version of it."""
    facts = {"usage_date": str(DAY), "version": version, "known_from_utc": KNOWN_FROM.isoformat(), "reason": "closed"}
    with duckdb.connect() as connection:
        return write_version(directory, tables(connection), facts)
