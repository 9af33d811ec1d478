"""Claims about `cpm_assets.resources.scratch_directories`, with real processes."""

import os
import time
from pathlib import Path

from cpm_assets.resources.scratch_directories import ASIDE, RECOMPUTATION, UNLOCKED_SECONDS, scratch_directory, sweep
from cpm_assets_tests.unit.resources.child_processes import child

HOLD = """
import sys
from pathlib import Path
from cpm_assets.resources.scratch_directories import RECOMPUTATION, scratch_directory
with scratch_directory(RECOMPUTATION, Path(sys.argv[1])) as root:
    (root / "warehouse.duckdb").write_text("a copy of everything")
    print(root)
    sys.stdin.readline()
"""


def test_what_a_killed_process_left_goes_and_a_live_ones_stays(tmp_path: Path) -> None:
    """Each killed recomputation left a copy of the warehouse; deleted under a live one, its day could not be told."""
    with child(HOLD, tmp_path) as killed, child(HOLD, tmp_path) as live:
        left, held = Path(killed.line()), Path(live.line())
        killed.kill()
        with scratch_directory(ASIDE, tmp_path) as own:
            assert not left.exists()
            assert (held / "warehouse.duckdb").exists()
            assert sweep(tmp_path) == []
        assert not own.exists()


def test_one_without_its_lock_is_left_alone_for_a_day(tmp_path: Path) -> None:
    """It may be a moment old, its process about to lock it; or from a version that locked none."""
    young, old = tmp_path / f"{RECOMPUTATION}young", tmp_path / f"{RECOMPUTATION}old"
    for directory in (young, old):
        directory.mkdir()
    long_ago = time.time() - UNLOCKED_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    assert sweep(tmp_path) == [old]
    assert young.exists()


def test_what_is_not_the_products_stays(tmp_path: Path) -> None:
    """The system's directory of temporary files is everybody's."""
    others = tmp_path / "cpm-benchmarks-x", tmp_path / "somebody"
    for directory in others:
        directory.mkdir()
        os.utime(directory, (0, 0))
    (tmp_path / f"{ASIDE}link").symlink_to(others[1])
    (tmp_path / f"{ASIDE}file").touch()
    assert sweep(tmp_path) == []
    assert all(directory.exists() for directory in others)
