"""The dbt model of the days that this run closes: each gets its frozen files and their manifest (D21).

Here: the day's rows and what is known of it only now (checks). The files are `cpm_assets.resources.frozen_versions`;
they lie in a waiting directory until the build is published. A day that is read back only tells its manifest again.
"""

import json
from pathlib import Path

from cpm_assets.resources.frozen_versions import read_version, write_version


def model(dbt, session):
    """One row per closed day of the run. `session` is the run's DuckDB connection."""
    dbt.config(materialized="table")
    tables = {
        "costed_legs": dbt.ref("costed_legs"),
        "cpm_hourly": dbt.ref("cpm_hourly"),
        "cpm_daily": dbt.ref("cpm_daily"),
        "cpm_by_prefix": dbt.ref("cpm_by_prefix"),
        "internal_handling_cost": dbt.ref("internal_handling_cost"),
    }
    checks, waivers = dbt.ref("check_results"), dbt.ref("stg_reference__waivers")
    days = dbt.ref("int_days_to_freeze").order("usage_date")
    versions = []
    for usage_date, is_restored, directory, facts in days.fetchall():
        if is_restored:
            versions.append(read_version(Path(directory)))
            continue
        of_day = f"usage_date = date '{usage_date}'"
        stated = {
            **json.loads(facts),
            "checks": _records(checks.filter(of_day), "check_name, is_blocking, is_passed, is_waived, failing_rows"),
            "waivers": _records(waivers.filter(of_day), "check_name, person, reason, source_file_sha256"),
        }
        of_tables = {name: rows.filter(of_day) for name, rows in tables.items()}
        versions.append(write_version(Path(directory), of_tables, stated))
    totals = [list(version.totals.items()) for version in versions]
    return session.sql(
        "select unnest($days::date[]) as usage_date, unnest($versions::integer[]) as version,"
        " unnest($known::timestamptz[]) at time zone 'UTC' as known_from_utc,"
        " unnest($hashes::varchar[]) as manifest_sha256, unnest($legs::bigint[]) as legs,"
        " unnest($seconds::bigint[]) as billed_seconds, unnest($costs::decimal(18, 6)[]) as total_cost,"
        " unnest($currencies::varchar[]) as currency, unnest($reasons::varchar[]) as reason",
        params={
            "days": [version.usage_date for version in versions],
            "versions": [version.version for version in versions],
            "known": [version.known_from_utc.isoformat() for version in versions],
            "hashes": [version.manifest_sha256 for version in versions],
            "legs": [sum(total.legs for _, total in each) for each in totals],
            "seconds": [sum(total.billed_seconds for _, total in each) for each in totals],
            # of a day in several currencies there is no sum of money (D27)
            "costs": [str(each[0][1].total_cost) if len(each) == 1 else None for each in totals],
            "currencies": [each[0][0] if len(each) == 1 else None for each in totals],
            "reasons": [version.reason for version in versions],
        },
    )


def _records(rows, columns):
    """Rows as dictionaries of the given columns, in their order."""
    chosen = rows.project(columns).order(columns)
    return [dict(zip(chosen.columns, row, strict=True)) for row in chosen.fetchall()]
