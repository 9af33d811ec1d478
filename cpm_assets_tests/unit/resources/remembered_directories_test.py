"""Claims about `cpm_assets.resources.remembered_directories`: what stands is read once, what is new is seen."""

import os
import shutil
import time
from pathlib import Path

import pytest

from cpm_assets.resources.remembered_directories import RememberedDirectories, names_in


class Reading:
    """Reads the names in a directory, and counts how often it had to."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, directory: Path) -> list[str]:
        self.count += 1
        return sorted(names_in(directory))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with one file, last changed a minute ago."""
    made = tmp_path / "2026-11-01"
    made.mkdir()
    (made / "a.json").write_text("{}")
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's clock stands a minute after all that the test writes."""
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + 60 * 10**9)


@pytest.mark.usefixtures("later")
def test_a_directory_that_stands_is_read_once(directory: Path) -> None:
    """A thousand closed days would be read again every minute."""
    reading = Reading()
    remembered = RememberedDirectories(reading)
    assert [remembered.of(str(directory)) for _ in range(3)] == [["a.json"]] * 3
    assert reading.count == 1


@pytest.mark.usefixtures("later")
def test_a_new_file_and_a_directory_that_is_gone_are_seen(directory: Path) -> None:
    """A closing that was not seen would be asked for again; a lake that was put back would be taken for the old one."""
    remembered = RememberedDirectories(Reading())
    remembered.of(str(directory))
    (directory / "b.json").write_text("{}")
    assert remembered.of(str(directory)) == ["a.json", "b.json"]
    kept = directory.stat()
    shutil.rmtree(directory)
    assert remembered.of(str(directory)) == []
    directory.mkdir()
    os.utime(directory, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert remembered.of(str(directory)) == []


def test_a_directory_changed_a_moment_ago_is_read_again(directory: Path) -> None:
    """Two files of one step of the file system's clock: the second would never be seen."""
    reading = Reading()
    remembered = RememberedDirectories(reading)
    remembered.of(str(directory))
    remembered.of(str(directory))
    assert reading.count == 2
