"""Benchmark: a tick of all sensors after three years of days, against one after ten days."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import dagster as dg

from benchmarks.grown_installation import grown_installation
from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from cpm_assets.resources.clock import Clock
from cpm_assets.sensors import build_sensors

FEW_DAYS = 10
SETTLED_SECONDS = 2.1


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Both installations' ticks take turns, so that a machine that becomes slower slows both."""
    now = datetime.now(UTC).replace(hour=12)
    place = directory / "ticks"
    grown = {days: grown_installation(place / str(days), days, now) for days in (FEW_DAYS, sizes.tick_days)}
    time.sleep(SETTLED_SECONDS)
    sensors = {
        days: build_sensors(installation, Clock(fixed_at=now.isoformat()))
        for days, (installation, _) in grown.items()
    }  # fmt: skip
    firsts = {days: _seconds_of_a_tick(sensors[days], grown[days][1]) for days in grown}
    ticks: dict[int, list[float]] = {days: [] for days in grown}
    for _ in range(sizes.tick_runs):
        for days in grown:
            ticks[days].append(_seconds_of_a_tick(sensors[days], grown[days][1]))
    for _, instance in grown.values():
        instance.dispose()
    how = f"all {len(sensors[FEW_DAYS])} sensors one after the other, nothing due; no daemon around them"
    return [
        Measurement(
            what=f"a tick of all sensors, {sizes.tick_days:,} days",
            against=f"with {FEW_DAYS} days",
            measured=Quantity(median(ticks[sizes.tick_days]), "s"),
            reference=Quantity(median(ticks[FEW_DAYS]), "s"),
            target=2,
            how=f"{how}; medians of {sizes.tick_runs} in turns, after each one's first, which read every log file: "
            f"{firsts[sizes.tick_days]:.2f} s against {firsts[FEW_DAYS]:.2f} s",
        ),
    ]


def _seconds_of_a_tick(sensors: list[dg.SensorDefinition], instance: dg.DagsterInstance) -> float:
    os.sync()
    began = time.perf_counter()
    for sensor in sensors:
        found = sensor(dg.build_sensor_context(instance=instance))
        if not isinstance(found, dg.SkipReason):
            raise TypeError(f"{sensor.name} finds something due where nothing is: {found}")
    return time.perf_counter() - began
