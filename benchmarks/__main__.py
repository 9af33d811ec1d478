"""`python -m benchmarks`: runs the benchmarks and prints their table. No time is ever asserted.

Exit status 0 unless a benchmark itself fails: a missed target is said in the table, and is for people to judge. All
files are written below one temporary directory (`TMPDIR` says where), which is removed at the end.
"""

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    backfill,
    costing,
    dashboard,
    day_of_legs,
    disk,
    empty_day,
    extraction_memory,
    extraction_requests,
    freezing,
    matching,
    matching_quality,
    publishing,
    sensor_ticks,
    x12,
)
from benchmarks.measurement import Measurement
from benchmarks.result_table import machine_line, size_line, table_lines, versions_line
from benchmarks.sizes import FULL, SMALL

BENCHMARKS = {
    "costing": costing.measure,
    "day": day_of_legs.measure,
    "empty-day": empty_day.measure,
    "backfill": backfill.measure,
    "requests": extraction_requests.measure,
    "memory": extraction_memory.measure,
    "publishing": publishing.measure,
    "freezing": freezing.measure,
    "ticks": sensor_ticks.measure,
    "matching": matching.measure,
    "x12": x12.measure,
    "dashboard": dashboard.measure,
}
"""In the order of the table."""

TABLES = {"matching-quality": matching_quality.table, "disk": disk.table}
"""What is measured otherwise than against something, each a table of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen benchmarks; 1 if one of them could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed and size, as ratios in one run.")
    parser.add_argument("--small", action="store_true", help="small sizes, some minutes: as CI runs them")
    names = ", ".join((*BENCHMARKS, *TABLES))
    parser.add_argument(
        "--only", nargs="+", choices=(*BENCHMARKS, *TABLES), metavar="NAME", help=f"only these: {names}"
    )
    options = parser.parse_args(arguments)
    sizes = SMALL if options.small else FULL
    began, before = time.monotonic(), machine_line()
    measurements: list[Measurement] = []
    tables: list[list[str]] = []
    failed = []
    with tempfile.TemporaryDirectory(prefix="cpm-benchmarks-") as directory:
        for name in (*BENCHMARKS, *TABLES):
            if options.only and name not in options.only:
                continue
            _say(f"{name} …")
            try:
                if name in TABLES:
                    tables.append(TABLES[name](Path(directory), sizes))
                else:
                    measurements += BENCHMARKS[name](Path(directory), sizes)
            except Exception:
                traceback.print_exc()
                failed.append(name)
    _say(f"all in {time.monotonic() - began:.0f} s")
    print(f"before: {before}\nafter:  {machine_line()}\n{versions_line()}\n{size_line(sizes)}\n")
    print("\n".join(table_lines(measurements)))
    for table in tables:
        print("\n" + "\n".join(table))
    for name in failed:
        print(f"NOT MEASURED, it failed: {name}")
    return 1 if failed else 0


def _say(text: str) -> None:
    """For the person who waits; the results alone are on standard output."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
