"""The lock DuckDB keeps on a file it has open: shared while it reads, exclusive while it may write.

Belongs here: asking for it. It is only ever asked for, never taken: taking it, were it for a microsecond, would turn
away a reader who opens the file just then.
"""

from __future__ import annotations

import fcntl
import struct
import sys
from pathlib import Path

_FLOCK = "qqihh" if sys.platform == "darwin" else "hhqqi"
"""`struct flock` of <fcntl.h>: start, length, pid, type, whence on macOS; type, whence, start, length, pid on Linux."""


def process_having_open(path: Path) -> int | None:
    """The id of another process that has the file open in DuckDB (0 if it cannot be seen from here), or None.

    This process's own connections do not count. It must have none to the file: closing any descriptor of a file drops
    all POSIX locks that the process has on it.
    """
    with path.open("rb") as file:
        answer = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, struct.pack(_FLOCK, *_ask_for_all())))
    kind, pid = (answer[3], answer[2]) if sys.platform == "darwin" else (answer[0], answer[4])
    return None if kind == fcntl.F_UNLCK else max(pid, 0)


def _ask_for_all() -> tuple[int, ...]:
    """An exclusive lock on the whole file, in the platform's order."""
    return (0, 0, 0, fcntl.F_WRLCK, 0) if sys.platform == "darwin" else (fcntl.F_WRLCK, 0, 0, 0, 0)
