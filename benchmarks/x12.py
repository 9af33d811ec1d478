"""Benchmark: an X12 811 with call detail, read to invoice lines, against pyx12's reader only splitting its segments.

pyx12 has no map for the 811, so its side ends with the segments; ours checks the envelope, carries the accounts, reads
every call into typed columns and compares the sum with the total. They take turns, and the best run of each counts:
what else the machine does adds time, and never takes any.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pyx12.x12file

from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from cpm_assets.domain.x12.layout import read_x12_811
from cpm_assets.sandbox.invoice_files.stated_invoice import StatedInvoice, StatedLine
from cpm_assets.sandbox.invoice_files.x12 import x12_bytes

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
RATES = 40
STEP_SECONDS = 6


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Row 9 of the table."""
    path = directory / "month.edi"
    path.write_bytes(x12_bytes(month_of_calls(sizes.x12_calls)))
    calls = sizes.x12_calls
    turns = [
        (_seconds(lambda: _read_to_lines(path, calls)), _seconds(lambda: _split_by_pyx12(path, calls)))
        for _ in range(sizes.x12_runs)
    ]
    ours, theirs = (min(side) for side in zip(*turns, strict=True))
    return [
        Measurement(
            what=f"reading an .edi with {sizes.x12_calls:,} calls (TCD) to invoice lines",
            against="pyx12's X12Reader goes through its segments",
            measured=Quantity(ours, "s"),
            reference=Quantity(theirs, "s"),
            target=0.1,
            how=f"processor time, best of {sizes.x12_runs} turns each, {path.stat().st_size / 1e6:,.0f} MB; "
            f"{sizes.x12_calls / ours:,.0f} calls/s against {sizes.x12_calls / theirs:,.0f} segments/s",
        )
    ]


def month_of_calls(calls: int) -> StatedInvoice:
    """A carrier's October: calls at some tens of rates, billed by six seconds, half a minute to some minutes long."""
    rng = Random(811)
    first = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    starts = sorted(rng.randrange(31 * 86_400) for _ in range(calls))
    rates = [Decimal(rng.randrange(40, 900)) / 10_000 for _ in range(RATES)]
    lines = []
    for place, start in enumerate(starts, start=1):
        seconds = min(7_200, max(1, int(rng.lognormvariate(4.5, 1.0))))
        billed = -(-seconds // STEP_SECONDS) * STEP_SECONDS
        charge = (billed * rng.choice(rates) / 60).quantize(Decimal("0.0001"))
        number = f"1{rng.choice('2345679')}{rng.randrange(10, 90)}{rng.randrange(2_000_000, 9_999_999)}"
        lines.append(StatedLine(f"{place:06d}", "call", charge, number, first + timedelta(seconds=start), seconds))
    return StatedInvoice("Benchmark Telecom", "BEN-2026-10", LAST, FIRST, LAST, "USD", "UTC", tuple(lines))


def _seconds(work: Callable[[], None]) -> float:
    """Of the processor: both sides do nothing but calculate."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _read_to_lines(path: Path, calls: int) -> None:
    with path.open("rb") as stream:
        delivery = read_x12_811(stream)
    lines = len(delivery.rows)  # as columns, which is how they are written for dbt
    if lines != calls or delivery.rejects or delivery.warnings:
        raise RuntimeError(f"{lines} lines of {calls}, {delivery.rejects[:1]}, {delivery.warnings[:1]}")


def _split_by_pyx12(path: Path, calls: int) -> None:
    with pyx12.x12file.X12Reader(str(path)) as reader:
        segments = sum(1 for _ in reader)
    if segments < calls:
        raise RuntimeError(f"pyx12 found {segments} segments")
