"""Claims about a run that is killed with SIGKILL, in every stage, and about two runs at once.

One data directory is killed at one point after the other, the next run beginning where the last was killed; what a
reader sees and what Dagster knows is looked at after each. The undisturbed run is the other test's: two processes that
build two days at the same time.
"""

import json
import signal
from pathlib import Path

import dagster as dg
import pytest

from cpm_assets.runs import AT_WORK
from cpm_assets_tests.pipeline import killed_run
from cpm_assets_tests.pipeline.published_tables import NAMES_THE_RUN, differences, rows

DAY, NEXT_DAY = killed_run.DAYS
SECONDS = 300
NOT_YET = {"in_the_second_page", "between_a_delivery_and_its_receipt", "while_dbt_starts", "while_dbt_writes"}
NOT_YET |= {"between_dbt_and_publishing", "with_half_a_version_copied"}
"""Points before the link is switched: of the build nothing is seen."""


@pytest.fixture(scope="module")
def side_by_side(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[int, str]]]:
    """Two processes that build two days of one data directory at the same time: its path, and how each ended."""
    data_dir = tmp_path_factory.mktemp("side_by_side")
    started = [killed_run.start(data_dir, day) for day in killed_run.DAYS]
    said = [process.communicate(timeout=SECONDS)[1] for process in started]
    return data_dir, [(process.returncode, words) for process, words in zip(started, said, strict=True)]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str | None], list[str]]:
    """A data directory after runs killed at every point and one that was not: what readers saw, what the runs said."""
    data_dir = tmp_path_factory.mktemp("killed")
    seen: dict[str, str | None] = {}
    said = []
    for point in killed_run.POINTS:
        process = killed_run.start(data_dir, DAY, point)
        _, words = process.communicate(timeout=SECONDS)
        assert process.returncode == -signal.SIGKILL, f"not killed {point}: {words}"
        seen[point] = _seen_by_readers(data_dir)
        said.append(words)
    process = killed_run.start(data_dir, DAY)
    _, words = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, words
    return data_dir, seen, [*said, words]


def test_two_processes_build_two_days_at_the_same_time(side_by_side: tuple[Path, list[tuple[int, str]]]) -> None:
    """The schedule's tick and a person's `make day` meet every day: one of them would fail, or lose the other's day."""
    data_dir, ended = side_by_side
    assert [status for status, _ in ended] == [0, 0], ended
    days = rows(_published(data_dir), "select usage_date, sum(total_cost) from cpm_daily group by 1 order by 1")
    assert [(day, str(cost)) for day, cost in days] == [(DAY, "0.062500"), (NEXT_DAY, "0.062500")]
    statuses = rows(_published(data_dir), "select status from day_status where usage_date <= $day", day=NEXT_DAY)
    assert statuses == [("provisional",)] * 2


def test_a_reader_sees_all_of_a_killed_build_or_nothing_of_it(
    killed: tuple[Path, dict[str, str | None], list[str]],
) -> None:
    """Half a day in a report looks like a cheap one."""
    _, seen, _ = killed
    assert seen == {point: None if point in NOT_YET else "0.062500" for point in killed_run.POINTS}


def test_the_run_after_a_killed_one_starts_at_once(killed: tuple[Path, dict[str, str | None], list[str]]) -> None:
    """A lock, a slot or an orphaned dbt of a dead process would keep every later run waiting."""
    _, _, said = killed
    assert [words for words in said if "waiting" in words] == []
    assert all("was killed; it is marked as failed" in words for words in said[1:])


def test_the_figures_are_those_of_an_undisturbed_run(
    killed: tuple[Path, dict[str, str | None], list[str]],
    side_by_side: tuple[Path, list[tuple[int, str]]],
) -> None:
    """A leg counted twice after a crash is paid twice."""
    assert differences(_published(killed[0]), _published(side_by_side[0]), NAMES_THE_RUN, DAY) == {}
    assert len(rows(_published(killed[0]), "from costed_legs")) == 6


def test_nothing_half_is_left_behind(killed: tuple[Path, dict[str, str | None], list[str]]) -> None:
    """Left-overs fill the disk, and one day somebody takes one for a file."""
    data_dir, *_ = killed
    assert [path.name for path in data_dir.rglob("*.part")] == []
    assert [path.name for path in data_dir.rglob("*.wal")] == []
    assert not (data_dir / "work" / "pending_builds.json").exists()
    log = [json.loads(path.read_text()) for path in (data_dir / "lake" / "builds" / str(DAY)).glob("*.json")]
    switched = len(killed_run.POINTS) - len(NOT_YET) + 1
    assert [build["outcome"] for build in log] == ["accepted"] * switched
    for extraction in (data_dir / "lake" / "usage" / str(DAY)).iterdir():
        files = {path.name for path in extraction.iterdir()}
        assert not files or "receipt.json" in files, "the killed extraction, and nothing but it, has no receipt"


def test_dagster_knows_that_the_killed_runs_are_over(killed: tuple[Path, dict[str, str | None], list[str]]) -> None:
    """A run that stays `started` for ever holds its pool's slot, and is never alerted."""
    data_dir, *_ = killed
    with dg.DagsterInstance.from_config(str(data_dir / "dagster")) as instance:
        assert instance.get_runs(dg.RunsFilter(statuses=AT_WORK)) == []
        statuses = [run.status for run in instance.get_runs()]
        assert statuses.count(dg.DagsterRunStatus.SUCCESS) == 1
        assert statuses.count(dg.DagsterRunStatus.FAILURE) == len(killed_run.POINTS)
        held = instance.event_log_storage.get_concurrency_info("warehouse")
        assert held.active_slot_count == 0
        assert held.pending_step_count == 0


def _published(data_dir: Path) -> Path:
    return data_dir / "published" / "cpm.duckdb"


def _seen_by_readers(data_dir: Path) -> str | None:
    """The day's published cost; None before anything of it is."""
    if not _published(data_dir).exists():
        return None
    ((cost,),) = rows(_published(data_dir), "select sum(total_cost) from cpm_daily where usage_date = $day", day=DAY)
    return None if cost is None else str(cost)
