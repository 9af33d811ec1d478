"""Benchmark: publishing the marts, against copying a file of that size to disk."""

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.warehouse import Warehouse

KEPT_SNAPSHOTS = 3


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Row 7 of the table. Copy and publish take turns, so that a disk that becomes slower slows both."""
    warehouse = Warehouse(DataDirectory(directory / "publishing"), KEPT_SNAPSHOTS)
    _make_marts(warehouse.marts_file, sizes.publishing_legs)
    copying, publishing = [], []
    for number in range(sizes.publishing_runs):
        copying.append(_seconds_of_copying(warehouse.marts_file))
        began = time.perf_counter()
        warehouse.commit([], datetime.now(UTC), f"bench{number}")
        publishing.append(time.perf_counter() - began)
    return [
        Measurement(
            what="publishing the marts",
            against="copying a file of that size, with fsync",
            measured=Quantity(median(publishing), "s"),
            reference=Quantity(median(copying), "s"),
            target=3,
            how=f"a file of {warehouse.marts_file.stat().st_size / 1e6:,.0f} MB; all of it: checkpoint, copy, fsync, "
            f"switching the link, pruning to {KEPT_SNAPSHOTS} versions; medians of {sizes.publishing_runs} in turns",
        )
    ]


def _seconds_of_copying(path: Path) -> float:
    copy = path.with_name("copy")
    copy.unlink(missing_ok=True)
    began = time.perf_counter()
    shutil.copyfile(path, copy)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    return time.perf_counter() - began


def _make_marts(path: Path, legs: int) -> None:
    """A file as large as leg grain makes it: ids do not compress."""
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table cpm_fact as select md5(n::varchar) as leg_id, md5((n // 2)::varchar) as call_id, "
            "timestamp '2026-11-01' + to_seconds(n % 86400) as start_time_utc, hash(n) % 600 as billed_seconds, "
            "((hash(n) % 1000000) / 1000000)::decimal(18, 6) as total_cost from range($legs) as legs(n)",
            {"legs": legs},
        )
