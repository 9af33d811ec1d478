"""Claims about `cpm_assets.schedules`, with a real lake."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from cpm_assets.domain.extraction_plan import ExtractionKind, day_window
from cpm_assets.domain.extraction_receipt import ExtractionReceipt, as_json_fields
from cpm_assets.installation import Installation
from cpm_assets.resources.lake import RECEIPT_FILE
from cpm_assets.runs import RANGE_END_TAG, RANGE_START_TAG, range_tags
from cpm_assets.schedules import RECONCILED_DAYS, build_schedules
from cpm_assets.settings import settings_from_environment

FIRST = date(2026, 11, 1)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path), "CPM_FIRST_DAY": FIRST.isoformat()}))


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def put_receipt(installation: Installation, day: int, kind: ExtractionKind, started_at: datetime) -> None:
    """A complete extraction of a day, as far as the schedule reads it."""
    asked = date(2026, 11, day)
    directory = installation.lake.new_extraction_directory(asked, kind, started_at)
    start, end = day_window(asked)
    numbers = {"pages": 1, "requests": 1, "legs_received": 0, "distinct_legs": 0, "total_reported": 0, "rejected": 0}
    receipt = ExtractionReceipt(
        directory.name, kind, started_at, started_at, asked, start, end, **numbers,
        files={}, source="test", parser_version=1,
    )  # fmt: skip
    (directory / RECEIPT_FILE).write_text(json.dumps(as_json_fields(receipt)))


def asked_by(installation: Installation, name: str, now: datetime) -> list[dg.RunRequest]:
    """What a schedule requests at a tick; nothing if it skips."""
    schedule = next(each for each in build_schedules(installation) if each.name == name)
    with dg.instance_for_test() as instance:
        answer = schedule(dg.build_schedule_context(instance=instance, scheduled_execution_time=now))
    if isinstance(answer, dg.SkipReason):
        return []
    return answer if isinstance(answer, list) else [answer]


def days_asked(installation: Installation, now: datetime) -> list[str | None]:
    return [request.partition_key for request in asked_by(installation, "open_day_schedule", now)]


def test_the_open_day_is_asked_for_at_every_tick(installation: Installation) -> None:
    """Figures of today that stand still while calls go on."""
    put_receipt(installation, 1, "sweep", at(1, 9))
    assert days_asked(installation, at(1, 9, 15)) == ["2026-11-01"]
    put_receipt(installation, 1, "tick", at(1, 9, 15))
    assert days_asked(installation, at(1, 9, 30)) == ["2026-11-01"]


def test_yesterday_is_swept_once_an_hour_after_its_end(installation: Installation) -> None:
    """Calls that ended after the last tick of the day would wait two days for their cost."""
    put_receipt(installation, 1, "sweep", at(1, 0, 15))
    put_receipt(installation, 1, "tick", at(2, 0, 15))
    assert days_asked(installation, at(2, 0, 45)) == ["2026-11-02"]
    assert days_asked(installation, at(2, 1)) == ["2026-11-01", "2026-11-02"]
    put_receipt(installation, 1, "sweep", at(2, 1))
    assert days_asked(installation, at(2, 1, 15)) == ["2026-11-02"]


def test_a_day_end_sweep_that_failed_is_asked_for_again(installation: Installation) -> None:
    """Level, not edge: an API that was down at one in the morning is asked at a quarter past."""
    put_receipt(installation, 1, "sweep", at(1, 0, 15))
    for minutes in (0, 15, 30):
        assert "2026-11-01" in days_asked(installation, at(2, 1, minutes))


def test_after_downtime_the_days_before_the_open_one_are_read_first(installation: Installation) -> None:
    """What nobody reads before its finalization has no provisional figures."""
    assert days_asked(installation, at(5, 12)) == ["2026-11-03", "2026-11-04", "2026-11-05"]


def test_nothing_is_asked_for_before_the_first_day(installation: Installation) -> None:
    """A partition that does not exist makes the tick fail, every 15 minutes."""
    assert days_asked(installation, at(1, 12)) == ["2026-11-01"]
    for name in ("open_day_schedule", "daily_reconciliation_schedule"):
        assert asked_by(installation, name, datetime(2026, 10, 31, 12, tzinfo=UTC)) == []
    assert asked_by(installation, "daily_reconciliation_schedule", at(1, 6)) == [], "no day is over yet"


def test_a_tick_that_is_worked_off_late_or_in_another_zone_asks_for_its_own_day(installation: Installation) -> None:
    """A tick of 23:45 worked off after midnight would skip the day's last hour; a local date is another day (D1)."""
    in_tokyo = at(1, 23, 45).astimezone(ZoneInfo("Asia/Tokyo"))
    assert in_tokyo.date() == date(2026, 11, 2)
    assert days_asked(installation, in_tokyo) == ["2026-11-01"]


def test_the_reconciliation_covers_the_days_before_today_in_one_run(installation: Installation) -> None:
    """Invoices come weeks after the calls; 75 runs for it would starve the open day."""
    (request,) = asked_by(installation, "daily_reconciliation_schedule", at(5, 6))
    assert request.tags[RANGE_START_TAG] == "2026-11-01"
    assert request.tags[RANGE_END_TAG] == "2026-11-04"
    assert request.partition_key is None


def test_the_reconciliation_goes_back_75_days(installation: Installation) -> None:
    """A month's invoice that is some days late is compared whole."""
    now = datetime(2027, 3, 1, 6, tzinfo=UTC)
    (request,) = asked_by(installation, "daily_reconciliation_schedule", now)
    first, last = (date.fromisoformat(request.tags[tag]) for tag in (RANGE_START_TAG, RANGE_END_TAG))
    assert last == date(2027, 2, 28)
    assert (last - first).days + 1 == RECONCILED_DAYS == 75


def test_range_tags_are_those_that_dagster_reads() -> None:
    """A misspelt tag makes a run without days, which succeeds and does nothing."""
    with dg.DagsterInstance.ephemeral() as instance:
        seen = []

        @dg.asset(
            partitions_def=dg.DailyPartitionsDefinition("2026-11-01"),
            backfill_policy=dg.BackfillPolicy.single_run(),
        )
        def an_asset(context: dg.AssetExecutionContext) -> None:
            seen.extend(context.partition_keys)

        last = FIRST + timedelta(days=2)
        dg.materialize([an_asset], instance=instance, tags=range_tags(FIRST, last))
    assert seen == ["2026-11-01", "2026-11-02", "2026-11-03"]
