"""The inbox: files that people and carriers put there are copied into the lake, once each, and left where they are.

Which files are taken, and when one is settled, belongs here; what is in them is read by `parsed_files.py`. One file
that cannot be taken never stops the others.
"""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cpm_assets.resources.delivery_store import (
    ACCESS_POLICY,
    INVOICES,
    REFERENCE_KINDS,
    REVIEW_DECISIONS,
    Delivery,
    delivery_directory,
    has_delivery,
    is_taken,
    keep_delivery,
)
from cpm_assets.resources.durable_files import make_directory, write_durably
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.write_once import drop_dead_parts, part_of

SETTLED_SECONDS = 2.0
"""A file that was not changed for so long is complete. Who writes slower gives it a name ending in .part meanwhile."""

_REFERENCE_SUFFIXES = frozenset({".csv"})
_INVOICE_SUFFIXES = frozenset({".csv", ".edi", ".x12", ".811"})
_PACKED_SUFFIXES = frozenset({".gz", ".zip"})
"""An invoice may be packed: `october.csv.gz`, `october.zip`."""
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class InboxReport:
    """What one pass did: new deliveries, files taken earlier, files still being written, and files not taken and why.

    Paths are relative to the inbox.
    """

    taken: list[Delivery] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidate:
    path: Path
    name: str
    kind: str
    carrier_folder: str | None
    size: int
    mtime_ns: int


def take_files(
    inbox: Path,
    lake: Lake,
    memory_path: Path,
    clock: Callable[[], datetime],
    file_clock: Callable[[], float],
) -> InboxReport:
    """One pass over the inbox; files are taken oldest first, so that the later written is the later received.

    `clock` gives `received_at` (aware UTC). `file_clock` is the file system's time in seconds since 1970, by which
    files settle, whatever `clock` is set to. `memory_path` remembers files seen, so that unchanged ones are not read
    again; it may be lost without harm.
    """
    report = InboxReport()
    memory = _read_memory(memory_path)
    seen: dict[str, dict[str, Any]] = {}
    for candidate in sorted(_candidates(inbox, report), key=lambda each: (each.mtime_ns, each.name)):
        looked_at = file_clock()
        before = memory.get(candidate.name, {})
        if (before.get("size"), before.get("mtime_ns")) != (candidate.size, candidate.mtime_ns):
            before = {"size": candidate.size, "mtime_ns": candidate.mtime_ns, "first_seen": looked_at}
        seen[candidate.name] = before
        directory = delivery_directory(lake, candidate.kind, candidate.carrier_folder)
        if "sha256" in before and has_delivery(directory, before["sha256"]):
            report.known.append(candidate.name)
            continue
        # A time of change in the future (a clock that is wrong, a copied one) settles by having been seen.
        unchanged_for = max(looked_at - candidate.mtime_ns / 1e9, looked_at - before["first_seen"])
        if unchanged_for < SETTLED_SECONDS:
            report.waiting.append(candidate.name)
            continue
        try:
            sha256 = _take(candidate, directory, clock, report)
        except OSError as error:
            report.ignored.append((candidate.name, f"cannot be read: {error.strerror or type(error).__name__}"))
            continue
        if sha256 is not None:
            seen[candidate.name] = before | {"sha256": sha256}
    if seen != memory:
        write_durably(memory_path, json.dumps(seen).encode())
    return report


def _take(candidate: _Candidate, directory: Path, clock: Callable[[], datetime], report: InboxReport) -> str | None:
    """Copies one file into the lake; its hash, or None if it changed meanwhile."""
    make_directory(directory)
    drop_dead_parts(directory)
    part = part_of(directory / "incoming")
    digest, copied = hashlib.sha256(), 0
    with candidate.path.open("rb") as source, part.open("wb") as copy:
        while block := source.read(_BLOCK_BYTES):
            digest.update(block)
            copied += copy.write(block)
        after = os.fstat(source.fileno())
    if (copied, after.st_size, after.st_mtime_ns) != (candidate.size, candidate.size, candidate.mtime_ns):
        part.unlink()
        report.waiting.append(candidate.name)
        return None
    sha256 = digest.hexdigest()
    if is_taken(candidate.kind, directory, sha256):
        part.unlink()
        report.known.append(candidate.name)
        return sha256
    delivery = Delivery(
        kind=candidate.kind,
        carrier_folder=candidate.carrier_folder,
        sha256=sha256,
        file_name=candidate.path.name,
        bytes=copied,
        received_at=clock(),
        directory=directory,
    )
    keep_delivery(delivery, part)
    report.taken.append(delivery)
    return sha256


def _candidates(inbox: Path, report: InboxReport) -> Iterator[_Candidate]:
    for kind in (*REFERENCE_KINDS, REVIEW_DECISIONS, ACCESS_POLICY):
        yield from _files(inbox, inbox / kind, kind, None, _REFERENCE_SUFFIXES, report)
    for entry in _entries(inbox / INVOICES):
        if entry.is_dir() and not entry.is_symlink() and _is_utf8(entry.name):
            yield from _files(inbox, entry, INVOICES, entry.name, _INVOICE_SUFFIXES | _PACKED_SUFFIXES, report)
        else:
            report.ignored.append((_shown(inbox, entry), "an invoice belongs into the folder of its carrier"))


def _files(
    inbox: Path, folder: Path, kind: str, carrier_folder: str | None, suffixes: frozenset[str], report: InboxReport
) -> Iterator[_Candidate]:
    for path in _entries(folder):
        name = _shown(inbox, path)
        try:
            status = path.lstat()
        except OSError:  # taken away since the folder was listed
            continue
        if not stat.S_ISREG(status.st_mode):
            report.ignored.append((name, "not a file (links and folders are not followed)"))
        elif not _is_utf8(path.name):
            report.ignored.append((name, "its name is not UTF-8"))
        elif path.suffix.lower() not in suffixes:
            report.ignored.append((name, f"its name does not end in {', '.join(sorted(suffixes))}"))
        else:
            yield _Candidate(path, name, kind, carrier_folder, status.st_size, status.st_mtime_ns)


def _entries(folder: Path) -> list[Path]:
    """What a folder holds, without dotfiles and files that are still being uploaded; nothing if there is none."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.suffix.lower() != ".part")


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(inbox: Path, path: Path) -> str:
    return str(path.relative_to(inbox)).encode("utf-8", "backslashreplace").decode()


def _read_memory(memory_path: Path) -> dict[str, dict[str, Any]]:
    try:
        memory = json.loads(memory_path.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(memory, dict):
        return {}
    needed = {"size", "mtime_ns", "first_seen"}
    return {name: entry for name, entry in memory.items() if isinstance(entry, dict) and needed <= entry.keys()}
