"""Claims about `cpm_assets.resources.durable_files`."""

import itertools
from pathlib import Path

from cpm_assets.resources.durable_files import make_directory, write_durably
from cpm_assets_tests.unit.resources.child_processes import killed_at, run_alone


def test_a_file_is_written_whole_with_its_directories(tmp_path: Path) -> None:
    """The first build of a day writes into a directory that is not there."""
    path = tmp_path / "a" / "b" / "file.json"
    write_durably(path, b"one")
    write_durably(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path], "no temporary file stays"


def test_making_a_directory_that_is_there_is_no_error(tmp_path: Path) -> None:
    """Every later build finds it there."""
    make_directory(tmp_path / "a" / "b")
    make_directory(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_killed_at_any_step_the_old_content_or_the_new_is_there(tmp_path: Path) -> None:
    """Half a build log entry stops every command after it."""
    assert int(run_alone(__name__, "write_killed_at_every_step", tmp_path)) >= 3


def write_killed_at_every_step(root: str) -> None:
    """In a process of its own."""
    seen = set()
    for step in itertools.count(1):
        path = Path(root) / f"{step}.json"
        path.write_bytes(b"old")
        was_killed = killed_at(step, lambda p=path: write_durably(p, b"new"))
        seen.add(path.read_bytes())
        write_durably(path, b"next")
        assert path.read_bytes() == b"next"
        if not was_killed:
            break
    assert seen == {b"old", b"new"}
    assert not list(Path(root).glob(".*"))
    print(step - 1)
