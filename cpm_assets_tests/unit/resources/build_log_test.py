"""Claims about `cpm_assets.resources.build_log`: what was built, and what is final, survives everything."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cpm_assets.resources.build_log import BuildLog, DayBuild
from cpm_assets.resources.review_log import DayReview, ReviewLog

DAY = date(2026, 11, 1)
BUILD = DayBuild(
    usage_date=DAY,
    run_id="0123456789abcdef",
    built_at_utc=datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC),
    known_at_utc=datetime(2026, 11, 1, 11, 59, tzinfo=UTC),
    outcome="accepted",
    is_final=False,
    is_finalizing=False,
    reason=None,
)
REJECTED = replace(BUILD, outcome="rejected", reason="3 leg(s) with an unknown carrier, 'ünï'")
FINAL = replace(BUILD, is_final=True, is_finalizing=True)


@pytest.fixture
def log(tmp_path: Path) -> BuildLog:
    return BuildLog(tmp_path / "lake", tmp_path / "work")


def later(build: DayBuild, minutes: int) -> DayBuild:
    return replace(build, built_at_utc=build.built_at_utc + timedelta(minutes=minutes))


def record(log: BuildLog, *builds: DayBuild) -> None:
    log.prepare(builds, "snapshot-1")
    log.settle("snapshot-1")


def test_an_empty_log_knows_nothing_and_says_so_without_error(log: BuildLog) -> None:
    """The first run of an installation asks all of this."""
    assert (log.days(), log.of_day(DAY), log.final_days(), log.last_of_day(DAY)) == ([], [], {}, None)
    log.settle(None)


def test_a_build_is_read_back_as_it_was_recorded(log: BuildLog) -> None:
    """Rebuild replays the instants to the microsecond: a leg received in between would come or go (D22)."""
    record(log, REJECTED)
    assert log.of_day(DAY) == [REJECTED]
    assert log.of_day(DAY)[0].built_at_utc.tzinfo is not None


def test_prepared_builds_are_not_true_before_their_snapshot_is_published(log: BuildLog) -> None:
    """A day called final whose figures nobody can see, and nothing will compute again."""
    log.prepare([FINAL], "snapshot-1")
    assert (log.days(), log.final_days()) == ([], {})


@pytest.mark.parametrize("published", [None, "snapshot-0"])
def test_builds_whose_snapshot_was_not_published_are_forgotten(log: BuildLog, published: str | None) -> None:
    """A killed build would close its day."""
    log.prepare([FINAL], "snapshot-1")
    log.settle(published)
    log.settle("snapshot-1")
    assert log.days() == []


def test_settling_is_repeated_without_harm(log: BuildLog, tmp_path: Path) -> None:
    """Killed between two records, the next run settles all of them again: each must be there once."""
    builds = [BUILD, replace(BUILD, usage_date=date(2026, 11, 2))]
    log.prepare(builds, "snapshot-1")
    pending = tmp_path / "work" / "pending_builds.json"
    content = pending.read_bytes()
    log.settle("snapshot-1")
    (tmp_path / "lake" / "builds" / "2026-11-02" / log_file_names(tmp_path, "2026-11-02")[0]).unlink()
    pending.write_bytes(content)
    log.settle("snapshot-1")
    assert [log.of_day(build.usage_date) for build in builds] == [[builds[0]], [builds[1]]]
    assert not pending.exists()


def log_file_names(root: Path, day: str) -> list[str]:
    return sorted(path.name for path in (root / "lake" / "builds" / day).iterdir())


def test_builds_are_in_the_order_in_which_they_were_made(log: BuildLog) -> None:
    """The build made last is what is published, also after the clock was set back: a rebuild must replay it last."""
    for minutes in (20, 0, 10):
        record(log, later(BUILD, minutes))
    assert [build.built_at_utc.minute for build in log.of_day(DAY)] == [20, 0, 10]
    assert log.last_of_day(DAY).built_at_utc.minute == 10


def test_of_builds_at_one_instant_the_later_made_is_the_last(log: BuildLog) -> None:
    """The demonstration's clock stands still: by run id a day mended since would be rejected again."""
    for run_id, build in (("ffffffff", REJECTED), ("00000000", BUILD), ("88888888", REJECTED), ("11111111", FINAL)):
        record(log, replace(build, run_id=run_id))
    assert [build.run_id[0] for build in log.of_day(DAY)] == ["f", "0", "8", "1"]
    assert log.last_of_day(DAY).is_final


def test_the_last_good_build_is_the_one_whose_figures_stand(log: BuildLog) -> None:
    """Rebuild would replay a rejected attempt as the day's figures."""
    failed = replace(BUILD, outcome="failed", reason="503")
    empty = replace(BUILD, outcome="empty")
    record(log, later(empty, 1))
    record(log, later(REJECTED, 2))
    record(log, later(failed, 3))
    assert log.last_of_day(DAY, good=True) == later(empty, 1)
    assert log.last_of_day(DAY) == later(failed, 3)


def test_what_a_run_made_of_a_day_is_found_by_its_id(log: BuildLog) -> None:
    """Two runs whose ids begin alike: the one's rejection would explain the other's failure."""
    twin = replace(REJECTED, run_id="01234567-another")
    record(log, BUILD)
    record(log, later(twin, 1))
    assert log.of_run(DAY, BUILD.run_id) == BUILD
    assert log.of_run(DAY, twin.run_id) == later(twin, 1)
    assert log.of_run(DAY, "01234567") is None
    assert log.of_run(date(2026, 11, 2), BUILD.run_id) is None


def test_a_final_build_is_a_good_one(log: BuildLog) -> None:
    """Its file is named final, not accepted: rebuild would lose every closed day."""
    record(log, FINAL)
    assert log.last_of_day(DAY, good=True) == FINAL


def test_a_day_without_a_good_build_has_none(log: BuildLog) -> None:
    """Rebuild would replay a rejected attempt as accepted."""
    record(log, REJECTED)
    assert log.last_of_day(DAY, good=True) is None


def test_final_days_are_those_that_were_closed(log: BuildLog) -> None:
    """A rejected closing is not one; and a later status build does not open the day again (D21)."""
    rejected_closing = replace(REJECTED, is_finalizing=True, usage_date=date(2026, 11, 2))
    record(log, FINAL, rejected_closing)
    record(log, later(replace(BUILD, outcome="failed"), 60))
    assert log.final_days() == {DAY: FINAL}
    assert log.final_days([date(2026, 11, 2), DAY]) == {DAY: FINAL}
    assert log.final_days([date(2026, 11, 2)]) == {}


def test_the_first_closing_counts(log: BuildLog) -> None:
    """Final figures are what was finalized, whatever was written after."""
    record(log, FINAL)
    record(log, later(FINAL, 5))
    assert log.final_days() == {DAY: FINAL}


def test_days_are_those_ever_built_in_order_whatever_else_lies_there(log: BuildLog, tmp_path: Path) -> None:
    """A file manager's own directory in the lake would stop every command."""
    record(log, replace(BUILD, usage_date=date(2026, 11, 3)), BUILD)
    (tmp_path / "lake" / "builds" / "lost+found").mkdir()
    assert log.days() == [DAY, date(2026, 11, 3)]


def test_a_review_becomes_true_with_the_snapshot_that_shows_it(log: BuildLog, tmp_path: Path) -> None:
    """A version that is published without its review has its hash nowhere else."""
    reviews = ReviewLog(tmp_path / "lake")
    review = DayReview(DAY, "run-1", BUILD.built_at_utc, BUILD.known_at_utc, "restated", 2, "why", "abc")
    for published, expected in ((None, []), ("snapshot-1", [review])):
        log.prepare([], "snapshot-1", reviews=reviews.entries([review]))
        log.settle(published)
        assert reviews.of_day(DAY) == expected


def test_what_a_kill_left_half_written_is_no_build(log: BuildLog, tmp_path: Path) -> None:
    """Half a JSON text would stop every command after it."""
    record(log, BUILD)
    (tmp_path / "lake" / "builds" / "2026-11-01" / ".x-final.json.part").write_text('{"usage_')
    assert log.of_day(DAY) == [BUILD]
    assert log.final_days() == {}


def test_the_file_is_json_that_a_person_can_read(log: BuildLog, tmp_path: Path) -> None:
    """In five years the log is read without this code."""
    record(log, FINAL)
    (name,) = log_file_names(tmp_path, "2026-11-01")
    assert name == "20261101T120000123456Z-000000-01234567-final.json"
    body = json.loads((tmp_path / "lake" / "builds" / "2026-11-01" / name).read_text())
    assert body["built_at_utc"] == "2026-11-01T12:00:00.123456+00:00"


def test_labels_and_goodness() -> None:
    """The name of the file answers for its content."""
    outcomes = ("accepted", "empty", "rejected", "failed")
    assert [replace(BUILD, outcome=outcome).label for outcome in outcomes] == list(outcomes)
    assert FINAL.label == "final"
    assert [replace(BUILD, outcome=outcome).is_good for outcome in outcomes] == [True, True, False, False]
