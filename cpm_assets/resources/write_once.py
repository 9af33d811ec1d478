"""Files of the lake, which are written once: never changed, never replaced by other content.

What is written where is the lake's business; this is only how. `durable_files.py` holds the flushing to disk.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from cpm_assets.resources.durable_files import fsync_directory, fsync_file, make_directory


class WrittenOnceError(RuntimeError):
    """A file of the lake is there already, with other content."""


@dataclass(frozen=True)
class FileFingerprint:
    """A file's SHA-256 in hexadecimal and its size in bytes."""

    sha256: str
    bytes: int


def part_of(path: Path) -> Path:
    """The temporary name, in the same directory, under which this process writes a file; readers ignore it.

    It names the process, so that two runs never write into one part and a dead one's left-overs can be told.
    """
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def drop_dead_parts(directory: Path) -> None:
    """Removes the parts that killed processes left in a directory."""
    for part in directory.glob(".*.part"):
        process = part.name.split(".")[-2]
        if process.isdecimal() and not psutil.pid_exists(int(process)):
            part.unlink(missing_ok=True)


def live_parts(root: Path, pattern: str) -> list[Path]:
    """The parts in the directories that match a glob pattern, which a living process writes."""
    return [part for part in sorted(root.glob(f"{pattern}/.*.part")) if _is_alive(part)]


def _is_alive(part: Path) -> bool:
    process = part.name.split(".")[-2]
    return process.isdecimal() and psutil.pid_exists(int(process))


def publish_part(path: Path, part: Path | None = None) -> FileFingerprint:
    """Gives the file written at `part` (default: `part_of(path)`) its name, durably.

    The same content being there already is no error: the part is dropped. Raises `WrittenOnceError` for other content.
    """
    part = part or part_of(path)
    fsync_file(part)
    fingerprint = fingerprint_of(part)
    if path.exists():
        if fingerprint_of(path) != fingerprint:
            raise WrittenOnceError(f"{path} is written already, with other content; the new one is left at {part}")
        part.unlink()
    else:
        part.rename(path)
        fsync_directory(path.parent)
    return fingerprint


def write_once(path: Path, content: bytes) -> FileFingerprint:
    """Writes a small file whole; see `publish_part`."""
    make_directory(path.parent)
    part_of(path).write_bytes(content)
    return publish_part(path)


def fingerprint_of(path: Path) -> FileFingerprint:
    """Reads a file once, in blocks."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return FileFingerprint(digest.hexdigest(), file.tell())
