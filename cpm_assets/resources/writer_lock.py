"""The writer's lock: one process at a time builds the warehouse, and a killed one leaves nothing locked.

An OS file lock dies with its holder, unlike a Dagster pool's slot. The lock file names the holder, so that waiting says
who is being waited for.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.25
SAY_EVERY_SECONDS = 15.0


@contextmanager
def writer_lock(path: Path, holder: str, say: Callable[[str], object]) -> Iterator[None]:
    """Hold the lock at `path` while the block runs; wait for it as long as it takes, saying who has it.

    `holder` describes this process to those that wait (a run id, a command).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        waited = 0.0
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if waited % SAY_EVERY_SECONDS < POLL_SECONDS:
                    file.seek(0)
                    held_by = file.read().strip() or "another process"
                    say(f"waiting for the warehouse ({waited:.0f} s so far): held by {held_by}")
                time.sleep(POLL_SECONDS)
                waited += POLL_SECONDS
        file.truncate(0)
        file.write(f"{holder} (process {os.getpid()})")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
