"""The benchmarks' table and their feed, and the one benchmark that is the same on every machine: requests."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, TABLES, main
from benchmarks.extraction_requests import TICKS, count_of_sweep, count_of_ticks, measure
from benchmarks.measurement import Measurement, Quantity
from benchmarks.result_table import table_lines
from benchmarks.sizes import SMALL
from benchmarks.synthetic_api import SyntheticUsageApi, evenly, in_office_hours
from benchmarks.synthetic_deck import CALLING_CODES, CARRIERS, deck_prefixes, write_reference_data
from cpm_assets.domain.deliveries import parse_delivery
from cpm_assets.domain.digits import is_prefix
from cpm_assets.domain.extraction_plan import day_window
from cpm_assets.domain.rate_cards import RATE_CARDS
from cpm_assets.resources.lake import PAGES_FILE, Lake
from cpm_assets.resources.usage_extraction import extract

DAY = date(2026, 11, 1)


def measurement(measured: float, reference: float, target: float = 2, *, limit: bool = False) -> Measurement:
    unit = "MB" if limit else "s"
    return Measurement("what", "against", Quantity(measured, unit), Quantity(reference, unit), target, "how", limit)


@pytest.mark.parametrize(("measured", "verdict"), [(3.9, "yes"), (4.0, "yes"), (4.1, "NO")])
def test_a_ratio_is_met_up_to_its_target(measured: float, verdict: str) -> None:
    """A missed target shown as met would be believed."""
    assert measurement(measured, 2).verdict == verdict


@pytest.mark.parametrize(("measured", "verdict"), [(29.9, "yes"), (30.0, "NO"), (-3.0, "yes")])
def test_a_limit_is_met_below_it(measured: float, verdict: str) -> None:
    """The target for memory is "< 30 MB"; a process that happens to need less than the small one is within it."""
    assert measurement(measured, 30, limit=True).verdict == verdict


@pytest.mark.parametrize("measured", [0.0, -6.4])
def test_a_difference_lost_in_noise_meets_nothing(measured: float) -> None:
    """On a busy machine a day of legs can be faster than an empty one: that would be the best result of all."""
    assert measurement(measured, 2).verdict == "unclear"


def test_the_table_is_aligned_and_says_what_was_missed() -> None:
    """It goes into the closing note as it is."""
    lines = table_lines([measurement(5, 2), measurement(12.34, 30, limit=True)])
    assert lines[:4] == [
        "| what | measured | against | reference | ratio  | target    | met |",
        "|------|----------|---------|-----------|--------|-----------|-----|",
        "| what | 5.00 s   | against | 2.00 s    | 2.50 × | ≤ 2 ×     | NO  |",
        "| what | 12.3 MB  | against |           |        | < 30.0 MB | yes |",
    ]
    assert lines[-1] == "- what: how"


@pytest.mark.parametrize("legs", [0, 1, 500, 501, 7_900, 60_000])
def test_a_sweep_asks_for_each_page_once(legs: int) -> None:
    """300 requests a minute are all that a token has."""
    count = count_of_sweep(legs)
    assert count.pages <= count.requests <= 1.05 * count.pages


@pytest.mark.parametrize("spread", [evenly, in_office_hours])
@pytest.mark.parametrize("legs", [0, 400, 7_900, 20_000])
def test_a_day_of_ticks_stays_within_what_is_allowed(legs: int, spread: object) -> None:
    """A schedule that reads the open day again and again would use up the token's requests by noon."""
    count = count_of_ticks(legs, spread)
    assert TICKS <= count.requests <= max(12 * count.pages, 2 * TICKS)


def test_the_benchmark_of_requests_meets_its_targets(tmp_path: Path) -> None:
    """Its result is the same everywhere, so that it can be asserted."""
    sweep, ticks = measure(tmp_path, SMALL)
    assert (sweep.verdict, ticks.verdict) == ("yes", "yes")


def test_the_feed_is_accepted_leg_by_leg_and_the_same_each_time(tmp_path: Path) -> None:
    """Rejected legs would be measured instead of costed ones, and two runs would not compare."""
    prefixes = deck_prefixes(1_000)
    bodies = []
    for name in ("one", "two"):
        lake = Lake(tmp_path / name)
        with SyntheticUsageApi(DAY, 1_234, prefixes).source() as source:
            receipt = extract(source, lake, DAY, "sweep", day_window(DAY), lambda: datetime(2026, 11, 2, tzinfo=UTC))
        assert (receipt.pages, receipt.distinct_legs, receipt.rejected) == (3, 1_234, 0)
        bodies.append(gzip.decompress((lake.extraction_directory(receipt) / PAGES_FILE).read_bytes()))
    assert bodies[0] == bodies[1]
    legs = [leg for line in bodies[0].splitlines() for leg in json.loads(line)["entities"]]
    assert {leg["carrierName"] for leg in legs} == set(CARRIERS)
    assert all(leg["destinationNumber"].startswith(tuple(f"+{code}" for code in CALLING_CODES)) for leg in legs)
    assert all(leg["billingDuration"] > 0 for leg in legs if leg["callOutcome"] == "answered")


def test_the_deck_is_accepted_row_by_row(tmp_path: Path) -> None:
    """A rejected deck would leave every leg unrated, and fast."""
    write_reference_data(tmp_path, 1_000)
    parsed = parse_delivery(RATE_CARDS, (tmp_path / "rate_cards" / "deck.csv").read_bytes())
    assert (len(parsed.rows), len(parsed.rejects)) == (1_000, 0)
    assert all(is_prefix(prefix) for prefix in deck_prefixes(1_000))


def test_only_the_named_benchmarks_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A benchmark that fails is told by the exit status, and the others' rows are still printed."""
    monkeypatch.setitem(BENCHMARKS, "costing", lambda _directory, _sizes: [measurement(9, 1)])
    monkeypatch.setitem(BENCHMARKS, "day", lambda _directory, _sizes: 1 / 0)
    assert main(["--small", "--only", "costing"]) == 0
    assert "| NO  |" in capsys.readouterr().out
    assert main(["--small", "--only", "costing", "day"]) == 1
    assert "NOT MEASURED, it failed: day" in capsys.readouterr().out
    monkeypatch.setitem(TABLES, "matching-quality", lambda _directory, _sizes: ["| recall |"])
    assert main(["--small", "--only", "matching-quality"]) == 0
    assert "| recall |" in capsys.readouterr().out
