"""Benchmark: freezing a closed day (sorted files, hashes, manifest, all on disk), against writing its Parquet."""

import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from cpm_assets.resources.durable_files import fsync_file
from cpm_assets.resources.frozen_versions import COMPRESSION, ORDER, write_version

DAY = date(2026, 11, 3)
LEGS = """
select
    md5(n::varchar) as leg_id, md5((n // 2)::varchar) as call_id, date '2026-11-03' as usage_date,
    timestamp '2026-11-03' + to_seconds(n % 86400) as start_time_utc,
    timestamp '2026-11-03' + to_seconds(n % 86400 + hash(n) % 600) as end_time_utc,
    'carrier ' || n % 8 as carrier_name, 'region ' || hash(n) % 400 as destination_region,
    '1415…' || hash(n) % 100 as destination_number, (1000 + hash(n) % 9000)::varchar as matched_prefix,
    'primary' as leg_type, true as is_billable, 'rated' as rating_status, 'USD' as currency,
    (hash(n) % 600)::bigint as media_seconds, (hash(n) % 600)::bigint as billed_seconds,
    ((hash(n) % 1000) / 10000)::decimal(18, 8) as rate_per_minute, 60 as increment_seconds,
    ((hash(n) % 1000000) / 1000000)::decimal(18, 6) as total_cost, true as is_final,
    md5('card') as rate_card_file_sha256, md5('extraction') as extraction_id,
    (n // 500)::integer as page_number, (n % 500)::integer as position
from range($legs) as legs(n)
"""
SUMS = (
    "count(*) as legs, 0 as unrated_legs, sum(billed_seconds)::bigint as billed_seconds, "
    "sum(total_cost)::decimal(18, 6) as total_cost"
)
AGGREGATES = {
    "cpm_hourly": "date_trunc('hour', start_time_utc) as usage_hour_utc, carrier_name, destination_region, leg_type, "
    "currency",
    "cpm_daily": "carrier_name, destination_region, currency",
    "cpm_by_prefix": "carrier_name, matched_prefix as prefix, currency",
    "internal_handling_cost": "leg_type, currency",
}


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Freezing and writing take turns, so that a disk that becomes slower slows both."""
    place = directory / "freezing"
    place.mkdir()
    facts = {
        "usage_date": DAY.isoformat(),
        "version": 1,
        "known_from_utc": datetime(2026, 11, 6, tzinfo=UTC).isoformat(),
        "reason": "closed",
    }
    writing, freezing = [], []
    with duckdb.connect(str(place / "marts.duckdb"), config={"preserve_insertion_order": False}) as connection:
        connection.execute(f"create table costed_legs as {LEGS}", {"legs": sizes.freezing_legs})
        for name, keys in AGGREGATES.items():
            connection.execute(f"create table {name} as select {keys}, {SUMS} from costed_legs group by all")  # noqa: S608
        tables = {name: connection.table(name) for name in ORDER}
        for _ in range(sizes.freezing_runs):
            writing.append(_seconds_of_writing(place, tables))
            began = time.perf_counter()
            write_version(place / "v0001", tables, facts)
            freezing.append(time.perf_counter() - began)
    return [
        Measurement(
            what=f"freezing a closed day of {sizes.freezing_legs:,} legs",
            against="writing its Parquet, with fsync",
            measured=Quantity(median(freezing), "s"),
            reference=Quantity(median(writing), "s"),
            target=3,
            how="five tables in the order of their keys, SHA-256 of each file, the manifest and its totals; "
            f"medians of {sizes.freezing_runs} in turns",
        )
    ]


def _seconds_of_writing(place: Path, tables: dict[str, duckdb.DuckDBPyRelation]) -> float:
    began = time.perf_counter()
    for name, rows in tables.items():
        path = place / f"{name}.parquet"
        rows.write_parquet(str(path), compression=COMPRESSION)
        fsync_file(path)
    return time.perf_counter() - began
