"""Benchmark: costing a day's legs, from the lake's Parquet to `costed_legs`, against a bare scan and write of them.

Counted is the time from the first model's start to the last one's end, of `costed_legs` and everything it is made from
(`dbt build --select +costed_legs`), in a warehouse that was built before: reading the legs and the deck, matching
prefixes, rating, the gate, and writing. Starting dbt is not.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from benchmarks.trial_installation import PROJECT, TrialInstallation, seconds_of_program
from cpm_assets.domain.build_plan import DAY
from cpm_assets.resources.run_inputs import plan_run, write_run_inputs
from cpm_assets.resources.usage_extraction import parsed_paths

EMPTY_DAY, DAY_OF_LEGS = 0, 10


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Row 1 of the table."""
    trial = TrialInstallation.new(directory / "costing", sizes.costing_deck_rows)
    trial.sweep(trial.day(EMPTY_DAY), 0)
    trial.seconds_of("day", trial.day(EMPTY_DAY))  # the deck is read, and every table is there
    receipt = trial.sweep(trial.day(DAY_OF_LEGS), sizes.costing_legs)
    legs_path, _ = parsed_paths(trial.installation.lake, receipt)
    reference = _seconds_of_scan_and_write(legs_path, directory / "scan and write.duckdb")
    seconds, models = _seconds_of_costing(trial)
    _check_costed(trial, sizes.costing_legs)
    slowest = ", ".join(f"{name} {of_model:.2f} s" for name, of_model in models[:3])
    return [
        Measurement(
            what=f"costing {sizes.costing_legs:,} legs with a deck of {sizes.costing_deck_rows:,} rows",
            against="DuckDB scans and writes those legs",
            measured=Quantity(seconds, "s"),
            reference=Quantity(reference, "s"),
            target=5,
            how=f"first start to last end of {len(models)} models, costed_legs and all it is made from; slowest: "
            f"{slowest}; against create table as select from the legs' Parquet file of "
            f"{legs_path.stat().st_size / 1e6:,.0f} MB",
        )
    ]


def _seconds_of_scan_and_write(legs_path: Path, target: Path) -> float:
    began = time.perf_counter()
    with duckdb.connect(str(target), config={"preserve_insertion_order": False}) as connection:
        connection.execute(f"create table legs as select * from read_parquet('{legs_path}')")
        connection.execute("checkpoint")
    return time.perf_counter() - began


def _seconds_of_costing(trial: TrialInstallation) -> tuple[float, list[tuple[str, float]]]:
    """Seconds in all, and (model, its seconds), slowest first."""
    installation, now = trial.installation, datetime.now(UTC)
    directory, project = installation.directory, str(PROJECT / "dbt")
    target = directory.work / "dbt_target"
    dbt = str(Path(sys.executable).with_name("dbt"))
    arguments = ["--quiet", "build", "--select", "+costed_legs,resource_type:model", "--target-path", str(target)]
    paths = {"CPM_WAREHOUSE_DIR": str(directory.warehouse), "CPM_RUN_INPUTS": str(directory.run_inputs)}
    with installation.warehouse.writing("benchmark", print):
        write_run_inputs(installation, plan_run(installation, [trial.day(DAY_OF_LEGS)], DAY, "benchmark", now))
        seconds_of_program(
            [dbt, *arguments, "--project-dir", project, "--profiles-dir", project], trial.environment | paths
        )
    results = json.loads((target / "run_results.json").read_text())["results"]
    timings = [timing for result in results for timing in result["timing"] if timing["name"] == "execute"]
    began, ended = (
        find(datetime.fromisoformat(timing[key]) for timing in timings)
        for find, key in ((min, "started_at"), (max, "completed_at"))
    )
    models = [(result["unique_id"].rsplit(".", 1)[-1], result["execution_time"]) for result in results]
    return (ended - began).total_seconds(), sorted(models, key=lambda model: -model[1])


def _check_costed(trial: TrialInstallation, legs: int) -> None:
    """Figures, or the time means nothing."""
    with duckdb.connect(str(trial.installation.warehouse.marts_file), read_only=True) as connection:
        costed, rated = connection.execute(
            "select count(*), count(*) filter (where rating_status = 'rated') from costed_legs"
        ).fetchone()
    if costed != legs or rated < legs / 2:
        raise RuntimeError(f"of {legs} legs {costed} were costed and {rated} rated")
