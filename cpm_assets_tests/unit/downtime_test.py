"""Claims about the sensors when the daemon comes back after three weeks: what is asked for, in what order."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg

from cpm_assets.resources.review_log import DayReview
from cpm_assets_tests.unit.logged_reviews import log_review
from cpm_assets_tests.unit.sensors_test import FIRST, ask, close, installed

STOPPED, BACK = datetime(2026, 11, 8, 1, tzinfo=UTC), datetime(2026, 11, 29, 1, tzinfo=UTC)
TICK = timedelta(minutes=5)


def test_after_three_weeks_of_downtime_every_day_is_closed_and_swept_once_oldest_first_ten_a_tick(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    """All at once they would hold the open day up for an hour; a day that is left out is never closed."""
    installation = installed(tmp_path)
    closed_before = [FIRST + timedelta(days=n) for n in range(5)]
    for day in closed_before:
        close(installation, day, STOPPED)
    asked: dict[str, list[list[date]]] = {"finalization_sensor": [], "late_sweep_sensor": []}
    for tick in range(5):
        now = BACK + tick * TICK
        for name, ticks in asked.items():
            answer = ask(installation, instance, name, now)
            days = (
                [] if isinstance(answer, dg.SkipReason) else [date.fromisoformat(each.partition_key) for each in answer]
            )
            ticks.append(days)
            for day in days:
                if name == "finalization_sensor":
                    close(installation, day, now)
                else:
                    log_review(installation.warehouse, DayReview(day, "run", now, now, "unchanged", 1, None))
    missed = [FIRST + timedelta(days=n) for n in range(5, 26)]
    assert asked["finalization_sensor"] == [missed[:10], missed[10:20], missed[20:], [], []]
    assert asked["late_sweep_sensor"] == [closed_before, [], [], [], []], "one sweep answers for all the missed hours"
