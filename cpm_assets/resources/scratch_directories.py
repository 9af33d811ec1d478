"""Scratch directories: what a command or a run works in and deletes at its end, and what killed ones left of theirs.

Each holds a file that its process has locked. An OS lock ends with its holder, so a directory whose lock can be had is
nobody's any more. Looked at whenever a new one is made, so that the full copies of a killed run do not fill the disk.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ASIDE, RECOMPUTATION, WHAT_IF = "cpm-aside-", "cpm-recomputation-", "cpm-what-if-"
"""What the directories are for: how their names begin."""
OWNER = ".owner"
UNLOCKED_SECONDS = 86_400.0
"""A directory without the file is nobody's after a day: its process was killed before it had made the file."""


@contextmanager
def scratch_directory(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """A new directory, below `parent` or where the system has its temporary files; gone at the end of the block."""
    sweep(parent or Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as name:
        part = Path(name) / f"{OWNER}.part"
        with part.open("w") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX)
            part.rename(part.with_name(OWNER))  # locked before it has its name: nobody finds it free meanwhile
            yield Path(name)


def sweep(parent: Path) -> list[Path]:
    """Delete this user's scratch directories below `parent` whose process is gone; the deleted ones."""
    deleted = []
    for directory in sorted(each for prefix in (ASIDE, RECOMPUTATION, WHAT_IF) for each in parent.glob(f"{prefix}*")):
        if _is_own_directory(directory) and _is_left(directory):
            shutil.rmtree(directory, ignore_errors=True)
            deleted.append(directory)
    return deleted


def _is_own_directory(path: Path) -> bool:
    try:
        return not path.is_symlink() and path.is_dir() and path.stat().st_uid == os.getuid()
    except FileNotFoundError:
        return False  # its process has just deleted it


def _is_left(directory: Path) -> bool:
    try:
        with (directory / OWNER).open() as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return directory.exists() and time.time() - directory.stat().st_mtime > UNLOCKED_SECONDS
    return True
