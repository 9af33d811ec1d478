"""Claims about an invoice that arrives: all of its days are compared in one run that the sensor asks for, and once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from cpm_assets.commands.session import Session
from cpm_assets_tests.pipeline.published_tables import rows
from cpm_assets_tests.pipeline.scripted_usage import INBOX, ScriptedUsage, put_file, usual_day
from cpm_assets_tests.pipeline.stories import MANY, Stage, stage

FIRST = date(2026, 10, 2)
MONTH = [FIRST + timedelta(days=n) for n in range(30)]
ARRIVED = datetime(2026, 11, 3, 10, tzinfo=UTC)
HEADER = (
    "invoice_number,line_number,internal_leg_reference,destination_number,start_time,duration_seconds,billed_minutes,"
    "charge_amount"
)


@dataclass
class Arrival:
    """What the sensor answered at each step, what is published after it, and which reconciliations Dagster has."""

    answers: dict[str, list[dg.RunRequest]]
    published: dict[str, Path | None]
    runs: list[Any]


def ask(opened: Session) -> list[dg.RunRequest]:
    """One tick of the sensor, as the daemon makes it."""
    sensor = opened.defs.resolve_sensor_def("invoice_sensor")
    return list(sensor.evaluate_tick(dg.build_sensor_context(instance=opened.instance)).run_requests or [])


@pytest.fixture(scope="module")
def arrival(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arrival]:
    """A month is costed; its invoice arrives with a tick; the sensor's run; then ticks of the sensor again."""
    usage = ScriptedUsage(inbox_files=INBOX, answers={day: usual_day(day) for day in MONTH})
    scene = stage(tmp_path_factory.mktemp("arrival"), FIRST, usage, keep_snapshots=MANY)
    story = Arrival({}, {}, [])

    def step(name: str, stage_then: Stage, at: datetime, job_name: str | None, first: date, last: date) -> None:
        if job_name:
            done = stage_then.job(at, job_name, first, last)
            assert done.status == 0, done.messages
            story.published[name] = done.published
        with stage_then.opened(at + timedelta(minutes=1)) as opened:
            story.answers[name] = ask(opened)
            story.runs = opened.instance.get_runs(dg.RunsFilter(job_name="reconciliation_job"))

    step("costed", scene, ARRIVED - timedelta(hours=1), "day_job", MONTH[0], MONTH[-1])
    lines = [f"M-10,{n},,14155550198,{day}T08:00:00Z,61,2,0.5" for n, day in enumerate(MONTH, start=1)]
    put_file(scene.settings.data_dir / "inbox/invoices/Acme/october.csv", "\n".join([HEADER, *lines]) + "\n")
    step("arrived", scene, ARRIVED, "tick_job", ARRIVED.date(), ARRIVED.date())
    step("again", scene, ARRIVED + timedelta(minutes=5), None, FIRST, FIRST)
    (request,) = story.answers["arrived"]
    asked = [date.fromisoformat(request.tags[f"dagster/asset_partition_range_{end}"]) for end in ("start", "end")]
    step("reconciled", scene, ARRIVED + timedelta(minutes=10), "reconciliation_job", *asked)
    yield story


def test_before_an_invoice_there_is_nothing_to_ask_for(arrival: Arrival) -> None:
    """A run a minute for nothing."""
    assert arrival.answers["costed"] == []


def test_a_months_invoice_asks_for_one_run_over_its_thirty_days(arrival: Arrival) -> None:
    """Thirty runs of a day each read the month's invoice thirty times, and hold up everything else for ten minutes."""
    (request,) = arrival.answers["arrived"]
    assert request.tags["dagster/asset_partition_range_start"] == "2026-10-02"
    assert request.tags["dagster/asset_partition_range_end"] == "2026-10-31"
    assert request.run_key.split()[0] == "invoice"
    assert len(request.run_key.split()[1]) == 64


def test_asked_again_before_the_run_the_key_is_the_same(arrival: Arrival) -> None:
    """The sensor ticks every minute; Dagster starts one run for a key."""
    assert [each.run_key for each in arrival.answers["again"]] == [each.run_key for each in arrival.answers["arrived"]]


def test_one_run_compares_every_day_and_then_nothing_is_due(arrival: Arrival) -> None:
    """A day left out shows no flag, which reads as agreement."""
    assert len(arrival.runs) == 1
    query = "select usage_date from reconciliation_flags where flag_type = 'charge_mismatch' order by 1"
    assert rows(arrival.published["arrived"], query) == []
    assert rows(arrival.published["reconciled"], query) == [(day,) for day in MONTH]
    due = "select days_to_compare from invoice_files"
    assert rows(arrival.published["arrived"], due) == [(30,)]
    assert rows(arrival.published["reconciled"], due) == [(0,)]
    assert arrival.answers["reconciled"] == []
