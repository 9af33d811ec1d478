"""The sizes of a run: full ones, to which the targets apply, and small ones that show that everything still runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """How many legs, rows, days and repetitions each benchmark takes; `backfills` are (legs a day, target)."""

    name: str
    costing_legs: int
    costing_deck_rows: int
    day_legs: int
    day_deck_rows: int
    empty_day_runs: int
    import_runs: int
    backfill_days: int
    backfills: tuple[tuple[int, float], ...]
    backfill_single_runs: int
    request_legs_a_day: tuple[int, ...]
    memory_legs: tuple[int, int]
    publishing_legs: int
    publishing_runs: int
    freezing_legs: int
    freezing_runs: int
    tick_days: int
    tick_runs: int
    disk_legs: int
    matching_calls: int
    quality_legs: int
    x12_calls: int
    x12_runs: int
    dashboard_days: int
    dashboard_carriers: int
    dashboard_regions: int
    dashboard_runs: int


FULL = Sizes(
    name="full",
    costing_legs=2_000_000,
    costing_deck_rows=250_000,
    day_legs=1_000_000,
    day_deck_rows=25_000,
    empty_day_runs=3,
    import_runs=5,
    backfill_days=30,
    # with few legs a day what a run costs by itself is shared; with many the work is the same
    backfills=((2_000, 0.1), (200_000, 0.8)),
    backfill_single_runs=3,
    request_legs_a_day=(0, 1, 400, 2_000, 7_900, 10_000, 100_000, 1_000_000),
    memory_legs=(100_000, 1_000_000),
    publishing_legs=10_000_000,
    publishing_runs=5,
    freezing_legs=1_000_000,
    freezing_runs=5,
    tick_days=1_000,
    tick_runs=7,
    disk_legs=200_000,
    matching_calls=1_000_000,
    quality_legs=100_000,
    x12_calls=200_000,
    x12_runs=5,
    dashboard_days=730,
    dashboard_carriers=20,
    dashboard_regions=300,
    dashboard_runs=5,
)

SMALL = Sizes(
    name="small",
    costing_legs=20_000,
    costing_deck_rows=5_000,
    day_legs=10_000,
    day_deck_rows=5_000,
    empty_day_runs=1,
    import_runs=2,
    backfill_days=30,
    backfills=((50, 0.1),),
    backfill_single_runs=1,
    request_legs_a_day=(0, 400, 7_900, 50_000),
    memory_legs=(30_000, 90_000),
    publishing_legs=500_000,
    publishing_runs=3,
    freezing_legs=10_000,
    freezing_runs=2,
    tick_days=100,
    tick_runs=3,
    disk_legs=20_000,
    matching_calls=50_000,
    quality_legs=10_000,
    x12_calls=20_000,
    x12_runs=3,
    dashboard_days=100,
    dashboard_carriers=5,
    dashboard_regions=40,
    dashboard_runs=1,
)
