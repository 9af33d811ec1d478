"""Benchmark: `make day` on a day of legs already in the lake, against DuckDB alone reading the same raw files.

Less `make day` on an empty day, so that it is the work on the legs that is compared: everything from Parquet to the
published file, checks included, with one read and write of the raw pages.
"""

import time
from pathlib import Path

import duckdb

from benchmarks.empty_day import EMPTY_DAY, measured_empty_day
from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from benchmarks.trial_installation import TrialInstallation
from cpm_assets.domain.extraction_receipt import ExtractionReceipt
from cpm_assets.resources.lake import PAGES_FILE

DAY_OF_LEGS = EMPTY_DAY + 10
LEG_FIELDS = {
    "callId": "varchar",
    "legId": "varchar",
    "startTime": "timestamp",
    "endTime": "timestamp",
    "duration": "bigint",
    "billingDuration": "bigint",
    "carrierName": "varchar",
    "destinationNumber": "varchar",
    "destinationLocation": "varchar",
    "callType": "varchar",
    "direction": "varchar",
    "callOutcome": "varchar",
}
"""DuckDB is told the types: finding them out would make the reference slower."""


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Row 2 of the table."""
    trial, empty_seconds = measured_empty_day(directory, sizes)
    day = trial.day(DAY_OF_LEGS)
    receipt = trial.sweep(day, sizes.day_legs)
    reference = _seconds_of_duckdb_alone(trial, receipt)
    seconds = trial.seconds_of("day", day)
    return [
        Measurement(
            what=f"make day on {sizes.day_legs:,} legs, less an empty day",
            against="DuckDB reads those raw files into one table",
            measured=Quantity(seconds - empty_seconds, "s"),
            reference=Quantity(reference, "s"),
            target=8,
            how=f"one run of {seconds:.2f} s less {empty_seconds:.2f} s, without extraction; a deck of "
            f"{sizes.day_deck_rows:,} rows; pages.jsonl.gz of {receipt.files[PAGES_FILE]['bytes'] / 1e6:,.0f} MB",
        )
    ]


def _seconds_of_duckdb_alone(trial: TrialInstallation, receipt: ExtractionReceipt) -> float:
    pages = trial.installation.lake.extraction_directory(receipt) / PAGES_FILE
    target = trial.root.parent / "duckdb alone.duckdb"
    leg = ", ".join(f"{name} {kind}" for name, kind in LEG_FIELDS.items())
    began = time.perf_counter()
    with duckdb.connect(str(target)) as connection:
        connection.execute(
            "create table legs as select unnest(leg) from (select unnest(entities) as leg from read_json("
            f"'{pages}', format = 'newline_delimited', maximum_object_size = 67108864, "
            f"columns = {{entities: 'struct({leg})[]'}}))"
        )
        connection.execute("checkpoint")
    seconds = time.perf_counter() - began
    with duckdb.connect(str(target), read_only=True) as connection:
        (rows,) = connection.execute("select count(*) from legs").fetchone()
    if rows != receipt.legs_received:
        raise RuntimeError(f"DuckDB read {rows} of {receipt.legs_received} legs")
    return seconds
