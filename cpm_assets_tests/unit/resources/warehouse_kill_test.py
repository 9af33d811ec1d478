"""Claims about `cpm_assets.resources.warehouse` when a build is SIGKILLed, or the disk is full, at each step."""

import itertools
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.warehouse import Warehouse
from cpm_assets_tests.unit.resources.child_processes import in_fork, killed_at, run_alone, with_full_disk_from
from cpm_assets_tests.unit.resources.warehouse_test import AT, build_of, make

FROZEN_FILES = {"cpm_daily.parquet": "figures", "manifest.json": "{}"}
"""Stand-ins: what is in them is not looked at here."""


def stage_frozen_files(directory: Path) -> None:
    """What a dbt run leaves for a day that it closes."""
    directory.mkdir(parents=True)
    for name, content in FROZEN_FILES.items():
        (directory / name).write_text(content)


def files_of(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir()}


def test_killed_at_any_step_a_build_happened_whole_or_not_at_all(tmp_path: Path) -> None:
    """Figures without their record are lost at a rebuild; a record without figures closes a day nobody can see."""
    outcomes = json.loads(run_alone(__name__, "build_killed_at_every_step", tmp_path))
    assert len(outcomes) >= 15, "lock, marks, marts, pending, copy, link, records: the kills did not reach the steps"
    assert outcomes == sorted(outcomes), "once published, always published: there is one commit point"
    assert set(outcomes) == {1, 2}


def test_with_a_disk_that_is_full_from_any_step_on_a_build_happened_whole_or_not_at_all(tmp_path: Path) -> None:
    """Disks fill up in the middle of the largest write; the next build, with room again, must find no half of it."""
    outcomes = json.loads(run_alone(__name__, "build_with_full_disk_from_every_step", tmp_path))
    assert len(outcomes) >= 15
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {1, 2}


def build_killed_at_every_step(root: str) -> None:
    """In a process of its own: see `_build_stopped_at_every_step`."""
    _build_stopped_at_every_step(root, killed_at)


def build_with_full_disk_from_every_step(root: str) -> None:
    """In a process of its own: see `_build_stopped_at_every_step`."""
    _build_stopped_at_every_step(root, with_full_disk_from)


def _build_stopped_at_every_step(root: str, stopped_at: Callable[[int, Callable[[], object]], bool]) -> None:
    """Day 1 is built; the build of day 2 is stopped at each step; then the next one begins."""
    base, other = Path(root) / "base", Path(root) / "other"
    before = Warehouse(DataDirectory(base), 3)
    in_fork(lambda: make(before, 1))
    in_fork(lambda: make(Warehouse(DataDirectory(other), 3), 2))
    content = {1: before.marts_file.read_bytes(), 2: (other / "warehouse" / "cpm.duckdb").read_bytes()}
    outcomes = []
    for step in itertools.count(1):
        copy = Path(root) / f"step{step}"
        shutil.copytree(base, copy, symlinks=True)
        warehouse = Warehouse(DataDirectory(copy), 3)

        def build(warehouse: Warehouse = warehouse) -> None:
            with warehouse.writing("run 2", print):
                warehouse.marts_file.write_bytes(content[2])
                stage_frozen_files(warehouse.frozen.staging_directory(date(2026, 11, 2)))
                warehouse.commit([build_of(2)], AT + timedelta(minutes=2), "run00002")

        was_stopped = stopped_at(step, build)
        seen = next(number for number in content if warehouse.directory.published_file.read_bytes() == content[number])
        with warehouse.writing("run 3", lambda text: None):
            assert warehouse.marts_file.read_bytes() == content[seen], "the next build starts from what is published"
            assert warehouse.builds.days() == [date(2026, 11, number) for number in range(1, seen + 1)]
            assert warehouse.frozen.days() == [date(2026, 11, 2)][: seen - 1], "frozen with the figures, or not at all"
            assert all(files_of(path) == FROZEN_FILES for path in warehouse.frozen.of_day(date(2026, 11, 2)))
            assert not (warehouse.directory.work / "freezing").exists(), "what a stopped build left is gone"
        assert was_stopped or seen == 2
        outcomes.append(seen)
        shutil.rmtree(copy)
        if not was_stopped:
            break
    print(json.dumps(outcomes))
