"""Durable files: written under a temporary name, flushed to disk, then renamed, so that no reader sees half a file."""

from __future__ import annotations

import os
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Write a whole small file. A kill at any point leaves the old file, the new one or none: never a part."""
    make_directory(path.parent)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    fsync_file(part)
    part.replace(path)
    fsync_directory(path.parent)


def make_directory(path: Path) -> None:
    """Have the directory and its parents there, also after a power cut: a file in a lost directory is lost with it."""
    missing = [directory for directory in (path, *path.parents) if not directory.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for directory in missing:
        fsync_directory(directory.parent)


def fsync_file(path: Path) -> None:
    """Have the file's content on disk before anything refers to it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def fsync_directory(path: Path) -> None:
    """Have a rename or a new name in the directory on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
