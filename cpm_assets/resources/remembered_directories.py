"""Remembered directories: what was read from the small files of a directory, for as long as the directory stands.

For the sensors, which ask the same of every closed day once a minute: files of the lake get their name once and are not
changed, so a directory whose change time stands still says what it said. Only for such directories. What is read from
them is the logs' and the deliveries' business. Memory of this process alone; nothing is written.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

SETTLING_NANOSECONDS = 2_000_000_000
"""A directory that was changed within this time is read again each time: file systems tell change times in steps, up to
two seconds, and a file that came in the same step would not be seen."""


def names_in(directory: Path) -> list[str]:
    """The names in a directory, in no order; none where there is none. A hundred of them in a thousand directories are
    read in a fifth of the time that `Path.glob` takes."""
    try:
        return os.listdir(directory)  # noqa: PTH208 (see above)
    except FileNotFoundError:
        return []


_Read = TypeVar("_Read")
_Stamp = tuple[int, int, int]


class RememberedDirectories(Generic[_Read]):
    """What `read` finds in each directory, asked again when the directory was changed. `read` must not be surprised by
    a directory that is gone."""

    def __init__(self, read: Callable[[Path], _Read]) -> None:
        self._read = read
        self._known: dict[str, tuple[_Stamp, _Read]] = {}

    def of(self, directory: str) -> _Read:
        """What is in the directory at this path now."""
        try:
            found = os.stat(directory)  # noqa: PTH116 (a thousand a tick: a Path costs more than the call)
        except FileNotFoundError:
            self._known.pop(directory, None)
            return self._read(Path(directory))
        stamp = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns)
        known = self._known.get(directory)
        if known and known[0] == stamp:
            return known[1]
        value = self._read(Path(directory))
        if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > SETTLING_NANOSECONDS:
            self._known[directory] = stamp, value
        return value
