"""Dispute packs on disk: `dispute_packs/<carrier>/<invoice>.zip`, made from the published file and the lake's receipts.

Level-triggered: the folder is brought to what the queue calls for now. A pack is replaced whole or not at all, and only
when it changed; the same flags give the same bytes. What goes into a pack is in `domain/dispute_packs.py`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cpm_assets.domain.dispute_packs import (
    DRAFT_ENDING,
    ENDING,
    EVIDENCE_COLUMNS,
    DisputePack,
    Row,
    lines_csv,
    packs_of,
    placed,
)
from cpm_assets.resources.dispute_summary import summary_pdf
from cpm_assets.resources.durable_files import fsync_directory, write_durably
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.writer_lock import writer_lock

_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The zip format's first instant: when a pack was written is no part of it."""


@dataclass(frozen=True)
class PacksReport:
    """The packs that there are now (relative paths), and what of them was written or taken away."""

    packs: dict[str, DisputePack]
    written: list[str]
    removed: list[str]


@dataclass(frozen=True)
class PackOnDisk:
    """A pack that was written: its zip, and what its manifest says it is about."""

    path: Path
    carrier_name: str
    invoice_number: str | None
    is_draft: bool
    lines: int


def packs_on_disk(root: Path) -> list[PackOnDisk]:
    """The packs below `root`, by carrier and file. One that is being replaced or cannot be read is left out."""
    found = []
    for path in sorted(root.glob("*/*.zip")):
        with suppress(OSError, zipfile.BadZipFile, KeyError, ValueError), zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            about = (manifest[name] for name in ("carrier_name", "invoice_number", "is_draft", "lines"))
            found.append(PackOnDisk(path, *about))
    return found


def write_packs(root: Path, published_file: Path, lake: Lake, work: Path, say: Callable[[str], object]) -> PacksReport:
    """Brings the packs below `root` to the state of the published file.

    A draft that nothing stands behind any more is removed. A pack of decided disputes never is, nor written over: it
    may have been sent. When other lines are disputed, there is a further one, `<invoice>~2.zip`, and so on.
    """
    with writer_lock(work / "dispute_packs.lock", "a run that writes dispute packs", say):
        places = placed(packs_of(_flags(published_file, lake)))
        written, packs = [], {}
        for (folder, file_name), pack in places.items():
            path, content = root / folder / file_name, pack_zip(pack)
            if not pack.is_draft:
                path = _place_of(content, path)
            name = path.relative_to(root).as_posix()
            packs[name] = pack
            if not path.exists() or path.read_bytes() != content:
                write_durably(path, content)
                written.append(name)
        removed = _remove_stale(root, set(packs))
    return PacksReport(packs, written, removed)


def _place_of(content: bytes, first: Path) -> Path:
    """The newest of a pack's files where that is its content, else the next one. No invoice's own name has a `~`."""
    newest, following, number = first, first, 1
    while following.exists():
        number += 1
        newest, following = following, first.with_name(f"{first.stem}~{number}{ENDING}")
    return newest if newest.exists() and newest.read_bytes() == content else following


def pack_zip(pack: DisputePack) -> bytes:
    """The pack's zip: `summary.pdf`, `lines.csv` and `manifest.json`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in (
            ("lines.csv", lines_csv(pack)),
            ("manifest.json", _manifest(pack)),
            ("summary.pdf", summary_pdf(pack)),
        ):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, data, compresslevel=9)
    return content.getvalue()


def _manifest(pack: DisputePack) -> bytes:
    manifest = {
        "carrier_name": pack.carrier_name,
        "invoice_number": pack.invoice_number,
        "is_draft": pack.is_draft,
        "invoice_date": pack.invoice_date and pack.invoice_date.isoformat(),
        "dispute_deadline": pack.dispute_deadline and pack.dispute_deadline.isoformat(),
        "lines": len(pack.lines),
        "totals": [vars(total) for total in pack.totals()],
        "components": [vars(part) for part in pack.components()],
        "files": [{"kind": kind, "sha256": sha256} for kind, sha256 in pack.files()],
    }
    return (json.dumps(manifest, indent=2, ensure_ascii=False, default=lambda value: f"{value:f}") + "\n").encode()


def _flags(published_file: Path, lake: Lake) -> list[Row]:
    """Disputed and open flags with their evidence. One version of the published file throughout."""
    columns = ", ".join(f"evidence.{name}" for name in EVIDENCE_COLUMNS)
    with duckdb.connect(str(published_file.resolve()), read_only=True) as connection:
        cursor = connection.execute(
            "select queue.flag_id, queue.carrier_name, queue.invoice_number, queue.flag_type, queue.status, "  # noqa: S608
            f"queue.invoice_date, queue.dispute_deadline, evidence.extraction_id, {columns} "
            "from finance_review_queue as queue join flag_evidence as evidence using (flag_id) "
            "where queue.status in ('open', 'disputed')"
        )
        names = [column[0] for column in cursor.description or ()]
        flags = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    hashes = {each: lake.pages_sha256(each) for each in {flag["extraction_id"] for flag in flags} if each}
    return [flag | {"usage_payload_sha256": hashes.get(flag["extraction_id"])} for flag in flags]


def _remove_stale(root: Path, wanted: set[str]) -> list[str]:
    """Drafts that are no longer wanted, and what a killed run left half written."""
    removed = []
    for path in sorted(root.glob(f"*/*{DRAFT_ENDING}")):
        name = path.relative_to(root).as_posix()
        if name not in wanted:
            path.unlink()
            fsync_directory(path.parent)
            removed.append(name)
    for part in root.glob("*/.*.part"):
        part.unlink()
    return removed
