"""Benchmark: the peak memory of an extraction, of many legs less of few: it must not grow with the day.

Each extraction runs in a process of its own (this module, run as one), because a process's peak never goes down.
"""

import argparse
import resource
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from benchmarks.synthetic_api import SyntheticUsageApi
from benchmarks.synthetic_deck import deck_prefixes
from benchmarks.trial_installation import PROJECT
from cpm_assets.domain.extraction_plan import day_window
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.usage_extraction import extract

DAY = date(2026, 11, 1)
DECK_ROWS = 5_000
MOST_MB = 30
PROCESS_STATUS = Path("/proc/self/status")


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Row 6 of the table."""
    few, many = sizes.memory_legs
    peaks = {legs: _peak_megabytes(directory / f"memory {legs}", legs) for legs in (few, many)}
    return [
        Measurement(
            what=f"peak memory of extracting {many:,} legs less {few:,}",
            against=f"{MOST_MB} MB",
            measured=Quantity(peaks[many] - peaks[few], "MB"),
            reference=Quantity(MOST_MB, "MB"),
            target=1,
            limit=True,
            how=f"peak resident memory of one process each: {peaks[many]:.1f} MB and {peaks[few]:.1f} MB, a feed "
            "that keeps nothing included",
        )
    ]


def _peak_megabytes(root: Path, legs: int) -> float:
    command = [sys.executable, "-m", "benchmarks.extraction_memory", str(root), str(legs)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"extracting {legs} legs: exit {done.returncode}\n{done.stderr[-4000:]}")
    return int(done.stdout) / 1e6


def extracted_peak_bytes(root: Path, legs: int) -> int:
    """Extracts a day of `legs` into a lake below `root`; this process's peak of resident memory since it began."""
    with SyntheticUsageApi(DAY, legs, deck_prefixes(DECK_ROWS)).source() as source:
        extract(source, Lake(root), DAY, "sweep", day_window(DAY), lambda: datetime.now(UTC))
    return _peak_bytes()


def _peak_bytes() -> int:
    """Linux counts the parent's memory at the fork into ru_maxrss, so there the program's own peak is asked for."""
    if PROCESS_STATUS.exists():
        lines = dict(line.split(":", 1) for line in PROCESS_STATUS.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: bytes


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Extract a synthetic day; print the peak of memory in bytes.")
    parser.add_argument("root", type=Path, help="directory of the lake")
    parser.add_argument("legs", type=int, help="legs in the day")
    options = parser.parse_args()
    print(extracted_peak_bytes(options.root, options.legs))
