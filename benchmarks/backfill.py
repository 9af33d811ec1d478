"""Benchmark: many days in one backfill, against as many runs of a single day."""

from pathlib import Path
from statistics import mean

from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from benchmarks.trial_installation import TrialInstallation


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Row 4 of the table, each size in an installation of its own."""
    return [_measured(directory / f"backfill of {legs}", sizes, legs, target) for legs, target in sizes.backfills]


def _measured(root: Path, sizes: Sizes, legs: int, target: float) -> Measurement:
    """Single days first, in a warehouse that is nearly empty: that favours them."""
    trial = TrialInstallation.new(root, sizes.day_deck_rows)
    warming_up, *days = (trial.day(number) for number in range(1 + sizes.backfill_single_runs + sizes.backfill_days))
    trial.sweep(warming_up, 0)
    for day in days:
        trial.sweep(day, legs)
    trial.seconds_of("day", warming_up)
    alone, together = days[: sizes.backfill_single_runs], days[sizes.backfill_single_runs :]
    one_day = mean(trial.seconds_of("day", day) for day in alone)
    seconds = trial.seconds_of("backfill", together[0], together[-1])
    return Measurement(
        what=f"{sizes.backfill_days} days in one backfill, {legs:,} legs a day",
        against=f"{sizes.backfill_days} single-day runs",
        measured=Quantity(seconds, "s"),
        reference=Quantity(one_day * sizes.backfill_days, "s"),
        target=target,
        how=f"without extraction; {sizes.backfill_single_runs} single-day run(s) measured ({one_day:.2f} s each) and "
        f"multiplied; a deck of {sizes.day_deck_rows:,} rows",
    )
