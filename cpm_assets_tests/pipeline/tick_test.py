"""Claims about the open day, refreshed by ticks: it grows, asks for little, and comes to what a sweep says (D16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from cpm_assets.resources.lake import Lake
from cpm_assets.resources.usage_source import GenesysUsageSource, UsageSource
from cpm_assets.sandbox.inbox import inbox_files
from cpm_assets.sandbox.organization import CLIENT_ID, CLIENT_SECRET, Organization
from cpm_assets.sandbox.server import SandboxServer
from cpm_assets_tests.pipeline.published_tables import NAMES_THE_RUN, differences, records, rows
from cpm_assets_tests.pipeline.scripted_usage import put_file
from cpm_assets_tests.pipeline.stories import Step, stage

ORGANIZATION = Organization(legs_per_day=300)
DAY = date(2026, 11, 10)
DAY_END = datetime(2026, 11, 11, 1, 5, tzinfo=UTC)
WHERE_IT_WAS_READ = "extraction_id, extraction_started_at_utc, page_number, position"
FIRST, SECOND, THIRD = (datetime(2026, 11, 10, *time, tzinfo=UTC) for time in ((14, 0), (14, 15), (16, 0)))
"""Somebody is talking at each of them."""


@dataclass
class SmallSandbox:
    """The sandbox's server with a few hundred legs a day, at the instant `now`; in the place of `UsageConnection`."""

    now: datetime = FIRST

    @contextmanager
    def open(self) -> Iterator[UsageSource]:
        with (
            SandboxServer(ORGANIZATION, now=lambda: self.now, faults=False) as server,
            GenesysUsageSource(
                api_url=server.url, login_url=server.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET
            ) as source,
        ):
            yield source

    def fill_inbox(self, inbox: Path) -> None:
        for name, content in inbox_files(ORGANIZATION).items():
            if not name.startswith("invoices/"):
                put_file(inbox / name, content)


@pytest.fixture(scope="module")
def open_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Step], Lake]:
    """Ticks of one day at 14:00, 14:15, after an outage at 16:00, then a person's whole sweep, then the day's end."""
    usage = SmallSandbox()
    scene = stage(tmp_path_factory.mktemp("open_day"), DAY, usage)
    steps = {}
    for name, usage.now, job in (
        ("first", FIRST, "tick_job"),
        ("second", SECOND, "tick_job"),
        ("third", THIRD, "tick_job"),
        ("whole", THIRD, "day_job"),
        ("day end", DAY_END, "tick_job"),
    ):
        steps[name] = scene.job(usage.now, job, DAY)
    return steps, Lake(scene.settings.data_dir / "lake")


def test_every_tick_goes_through(open_day: tuple[dict[str, Step], Lake]) -> None:
    """Legs in progress have no billed time yet: taken for zero billing they would reject every open day (D14, D16)."""
    steps, _ = open_day
    assert {name: step.status for name, step in steps.items()} == dict.fromkeys(steps, 0)
    assert [_status(step)["status"] for step in steps.values()] == ["provisional"] * 5


def test_the_open_days_figures_grow(open_day: tuple[dict[str, Step], Lake]) -> None:
    """A tick whose window replaced the day would show only the last hour."""
    steps, _ = open_day
    legs = {name: _status(step)["legs_received"] for name, step in steps.items()}
    assert 0 < legs["first"] < legs["second"] < legs["third"] <= legs["whole"] < legs["day end"]
    costs = [rows(steps[name].published, "select sum(total_cost) from cpm_daily")[0][0] for name in legs]
    assert costs == sorted(costs)
    assert costs[0] > 0


def test_legs_in_progress_are_counted_and_not_costed(open_day: tuple[dict[str, Step], Lake]) -> None:
    """A call that is still being made has no cost, and must not be forgotten either (D16)."""
    steps, _ = open_day
    in_progress = {name: _status(step)["legs_in_progress"] for name, step in steps.items()}
    assert in_progress == {"first": 1, "second": 1, "third": 1, "whole": 1, "day end": 0}
    for name, step in steps.items():
        shown = rows(step.published, "select count(*) from costed_legs where is_in_progress")
        assert shown == [(in_progress[name],)]
        costed = "select count(*) from cpm_fact join costed_legs using (leg_id) where is_in_progress"
        assert rows(step.published, costed) == [(0,)]


def test_ticks_come_to_what_a_whole_sweep_says(open_day: tuple[dict[str, Step], Lake]) -> None:
    """Ticks that lose a leg leave the open day too cheap until it is closed, and nobody sees it."""
    steps, _ = open_day
    left_out = NAMES_THE_RUN | {"costed_legs": WHERE_IT_WAS_READ}
    assert differences(steps["third"].published, steps["whole"].published, left_out) == {}


def test_a_tick_asks_only_for_what_is_new(open_day: tuple[dict[str, Step], Lake]) -> None:
    """Reading the whole day 96 times a day is what rate limits are there to stop."""
    _, lake = open_day
    extractions = sorted(lake.extractions(DAY), key=lambda each: each.extraction_id[-6:])  # as they were made
    asked = [(each.kind, _hours(each.window_start), _hours(each.window_end)) for each in extractions]
    assert asked == [
        ("sweep", 0, 24),  # the first extraction of a day
        ("tick", 13, 14.25),  # an hour behind the one before
        ("tick", 13.25, 16),  # after an outage: behind the last complete one
        ("sweep", 0, 24),  # a person
        ("sweep", 0, 24),  # the day's end, by the schedule
    ]
    assert [each.requests for each in extractions] == [1] * 5


def _status(step: Step) -> dict[str, Any]:
    (status,) = records(step.published, "from day_status where usage_date = $day", day=DAY)
    return status


def _hours(instant: datetime) -> float:
    """Hours after the day's 00:00 UTC."""
    return (instant - datetime(2026, 11, 10, tzinfo=UTC)).total_seconds() / 3600
