"""Benchmark: how many requests extraction sends, for whole sweeps and for a day of 15-minute ticks.

Counted at the product's own source, over days of several sizes and shapes, with a clock that is moved by hand. It is
the one benchmark whose result is the same on every machine.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from benchmarks.synthetic_api import Spread, SyntheticUsageApi, evenly, in_office_hours
from cpm_assets.domain.extraction_plan import CompleteExtraction, day_window, due_extraction, whole_day

DAY = date(2026, 11, 1)
TICK = timedelta(minutes=15)
TICKS = 96
STARTING_LATE = timedelta(seconds=7)
"""A scheduled run starts some seconds after its quarter of an hour."""

FAULTY_FROM_PAGES = 100
"""Days from this many pages on are swept with throttling and expired tokens; of a few pages one repeated is many."""


@dataclass(frozen=True)
class Count:
    """Requests sent for a day of some shape, the pages it has, and the requests allowed."""

    shape: str
    requests: int
    pages: int
    allowed: float

    @property
    def share(self) -> float:
        """How much of what is allowed was used."""
        return self.requests / self.allowed


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """Row 5 of the table: of each kind the day that comes closest to what is allowed."""
    spreads = (evenly, in_office_hours)
    with _no_warnings():
        sweeps = [count_of_sweep(legs) for legs in sizes.request_legs_a_day]
        days = [count_of_ticks(legs, spread) for legs in sizes.request_legs_a_day for spread in spreads]
    sweep, tick_day = (max(counts, key=lambda count: count.share) for counts in (sweeps, days))
    every = f"the worst of days of {', '.join(f'{legs:,}' for legs in sizes.request_legs_a_day)} legs"
    return [
        Measurement(
            what=f"requests of a sweep ({sweep.shape})",
            against="pages there are",
            measured=Quantity(sweep.requests, "requests"),
            reference=Quantity(sweep.pages, "pages"),
            target=1.05,
            how=f"{every}; from {FAULTY_FROM_PAGES} pages on with one request in 40 throttled and one in 90 refused",
        ),
        Measurement(
            what=f"requests of a day of {TICKS} ticks ({tick_day.shape})",
            against="max(12 × pages, 2 × ticks)",
            measured=Quantity(tick_day.requests, "requests"),
            reference=Quantity(tick_day.allowed, "requests"),
            target=1,
            how=f"{every}, even and in office hours, one request in 40 throttled and one in 90 refused; "
            "the sweep at the day's end included",
        ),
    ]


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Of requests that are refused on purpose."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def count_of_sweep(legs: int) -> Count:
    """A whole sweep of a day that is over."""
    api = SyntheticUsageApi(DAY, legs)
    api.faults = api.pages >= FAULTY_FROM_PAGES
    plan = whole_day(DAY, "benchmark")
    with api.source() as source:
        for _ in source.pages(plan.window_start, plan.window_end):
            pass
    return Count(f"{legs:,} legs", source.requests_sent, api.pages, 1.05 * api.pages)


def count_of_ticks(legs: int, spread: Spread) -> Count:
    """The schedule's runs of a day, from its first quarter of an hour until the day-end sweep is complete."""
    start, end = day_window(DAY)
    clock = start
    api = SyntheticUsageApi(DAY, legs, spread=spread, faults=True, now=lambda: clock)
    complete: list[CompleteExtraction] = []
    requests = 0
    while clock <= end + timedelta(hours=2):
        clock += TICK
        now = clock + STARTING_LATE
        plan = due_extraction(DAY, now, complete)
        if plan is None:
            continue
        with api.source() as source:
            for _ in source.pages(plan.window_start, plan.window_end):
                pass
            requests += source.requests_sent
        complete.append(_completed(plan.kind, now, len(complete)))
    shape = f"{legs:,} legs, {'even' if spread is evenly else 'office hours'}"
    return Count(shape, requests, api.pages, max(12 * api.pages, 2 * TICKS))


def _completed(kind: str, at: datetime, number: int) -> CompleteExtraction:
    return CompleteExtraction(f"{at:%Y%m%dT%H%M%S%fZ}-{kind}-{number:06x}", kind, at, at)
