"""Benchmark: `make day` on an empty day, against importing Dagster: what a run costs before it has anything to do."""

import sys
from functools import cache
from pathlib import Path
from statistics import median

from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from benchmarks.trial_installation import TrialInstallation, seconds_of_program

IMPORTS = 20
EMPTY_DAY = 0
"""Number of the installation's day that has a complete, empty sweep; the day before it has none."""


@cache
def measured_empty_day(directory: Path, sizes: Sizes) -> tuple[TrialInstallation, float]:
    """An installation and the seconds of `make day` on its empty day: the median of several runs, after one that
    prepares what only a first run does (reading the deck, parsing the dbt project)."""
    trial = TrialInstallation.new(directory / "one day", sizes.day_deck_rows)
    day = trial.day(EMPTY_DAY)
    trial.sweep(day, 0)
    trial.seconds_of("day", day)
    return trial, median(trial.seconds_of("day", day) for _ in range(sizes.empty_day_runs))


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Row 3 of the table."""
    _, seconds = measured_empty_day(directory, sizes)
    command = [sys.executable, "-c", "import dagster"]
    one_import = median(seconds_of_program(command) for _ in range(sizes.import_runs))
    return [
        Measurement(
            what="make day on an empty day",
            against=f"{IMPORTS} × import dagster",
            measured=Quantity(seconds, "s"),
            reference=Quantity(IMPORTS * one_import, "s"),
            target=1,
            how=f"a deck of {sizes.day_deck_rows:,} rows; median of {sizes.empty_day_runs} run(s) after a first, and "
            f"{IMPORTS} times the median of {sizes.import_runs} imports ({one_import:.2f} s each), all as processes",
        )
    ]
