"""Table: the bytes that a leg takes in the lake, the warehouse, the published file and a closed day's frozen files.

Differences of one installation before and after a day of legs, so that its deck and its empty tables count for nothing.
"""

from pathlib import Path

import duckdb

from benchmarks.sizes import Sizes
from benchmarks.trial_installation import TrialInstallation
from cpm_assets.resources.frozen_versions import ORDER, write_version


def table(directory: Path, sizes: Sizes) -> list[str]:
    """An empty day is built first, then one of `sizes.disk_legs` legs, which is also frozen as its closing would."""
    trial = TrialInstallation.new(directory / "disk", sizes.day_deck_rows)
    empty, day, legs = trial.day(0), trial.day(1), sizes.disk_legs
    trial.sweep(empty, 0)
    trial.seconds_of("day", empty)
    before = _bytes(trial)
    trial.sweep(day, legs)
    trial.seconds_of("day", day)
    after = _bytes(trial)
    lines = ["| disk used | bytes a leg |", "|---|---|"]
    lines += [f"| {what} | {(after[what] - before[what]) / legs:,.0f} |" for what in after]
    lines.append(f"| frozen files of a closed day | {_frozen_bytes(trial, directory / 'disk-frozen') / legs:,.0f} |")
    return [*lines, "", f"- disk used: a day of {legs:,} legs, read once; DuckDB files grow in blocks of 256 kB"]


def _bytes(trial: TrialInstallation) -> dict[str, int]:
    directory = trial.installation.directory
    usage = [path for path in directory.lake.glob("usage/*/*/*") if path.is_file()]
    return {
        "lake: answers as received, gzip": sum(path.stat().st_size for path in usage if path.suffix == ".gz"),
        "lake: parsed legs, Parquet": sum(path.stat().st_size for path in usage if path.suffix == ".parquet"),
        "warehouse: working models": trial.installation.warehouse.models_file.stat().st_size,
        "warehouse: marts; as much in each published version": trial.installation.warehouse.marts_file.stat().st_size,
    }


def _frozen_bytes(trial: TrialInstallation, place: Path) -> int:
    day = trial.day(1)
    facts = {"usage_date": str(day), "version": 1, "known_from_utc": f"{day}T00:00:00+00:00", "reason": "closed"}
    published = str(trial.installation.directory.published_file.resolve())
    with duckdb.connect(published, read_only=True) as connection:
        tables = {name: connection.table(name).filter(f"usage_date = date '{day}'") for name in ORDER}
        version = write_version(place / "v0001", tables, facts)
    return sum(path.stat().st_size for path in version.directory.iterdir())
