"""Files of a log: one small JSON file for each entry, in a directory for each UTC day, named so that a listing tells.

    <instant>-<six hexadecimal digits>-<run>-<label>.json

The digits count the day's entries, and so say which was made later, also after the clock was set back. The instant is
for people. What the entries say is in `build_log.py` and `review_log.py`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path


def entry_name(directory: Path, at: datetime, run_id: str, label: str) -> str:
    """The name of a new entry; only while holding the writer's lock, so that a number is given once."""
    number = sum(1 for _ in directory.glob("*.json"))
    return f"{at:%Y%m%dT%H%M%S%fZ}-{number:06x}-{run_id[:8]}-{label}.json"


def order_made(name: str) -> tuple[str, str]:
    """By which the names of a day's entries are sorted, oldest first."""
    return name.split("-")[1], name


def in_order_made(directory: Path, pattern: str = "*.json") -> list[Path]:
    """The entries of a day, oldest first."""
    return sorted(directory.glob(pattern), key=lambda path: order_made(path.name))
