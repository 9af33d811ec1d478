"""Erasure: a person's number removed from the files of the lake, with a record of which file replaced which hash.

The one exception to "written once" (ADR 0008). Totals stay: numbers are cut as `domain/erasing.py` says, and every copy
is checked to be read as before. Copies wait in `work/erasing/`; from `record.json` there on the erasure is finished, by
whoever comes next, whatever kills it. Belongs here: which files are looked at, and the order of steps. The copies are
made by `erasure_files.py`, the warehouse is made again by `make rebuild`.
"""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from cpm_assets.domain.csv_records import UnreadableFile
from cpm_assets.domain.erasing import CannotBeErasedError, ErasedNumber, erased_number
from cpm_assets.installation import Installation
from cpm_assets.resources import erasure_files as files
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.delivery_store import INVOICES, REVIEW_DECISIONS
from cpm_assets.resources.durable_files import fsync_directory, fsync_file, make_directory, write_durably
from cpm_assets.resources.erasure_log import Erasure, ReplacedFile, erasure_from_json, pending_record
from cpm_assets.resources.invoice_layouts import INVOICE_LAYOUTS
from cpm_assets.resources.lake import PAGES_FILE
from cpm_assets.resources.packed_readings import PACKED
from cpm_assets.resources.parsed_files import reference_files
from cpm_assets.resources.write_once import fingerprint_of, live_parts, write_once

Say = Callable[[str], object]
TEXT_KINDS = (INVOICES, REVIEW_DECISIONS, "waivers")
"""The deliveries that may hold a person's number; cards, contracts and licenses hold prefixes and terms."""

READINGS = "usage/*/*"

SAY_EVERY = 200
"""Files between two reports of progress."""


@dataclass(frozen=True)
class Holding:
    """The files of the lake that hold a number, and the legs made to it: distinct ids by UTC day. `unsearched` are
    files that could not be read to their end (damaged, protected, unpacking to too much): they stay as they are."""

    number: ErasedNumber
    paths: tuple[Path, ...]
    legs: dict[date, frozenset[str]]
    unsearched: tuple[Path, ...] = ()
    pages: frozenset[Path] = frozenset()
    """The answers that there were when the search began."""

    @property
    def leg_ids(self) -> frozenset[str]:
        """All its legs."""
        return frozenset().union(*self.legs.values())


def number_to_erase(installation: Installation, text: str) -> ErasedNumber:
    """The number as every delivered card lets it be cut, or as it was cut before. Raises `CannotBeErasedError`."""
    number = erased_number(text, _prefixes(installation))
    log = installation.lake.erasures
    before = log.recogniser()
    return (before and before.erased(number.digits)) or number


def holding(installation: Installation, number: ErasedNumber, say: Say) -> Holding:
    """Looks at every file of the lake that may hold the number. Reads all raw answers: as long as a backup takes."""
    lake = installation.lake.root
    pages = frozenset(lake.glob(f"{READINGS}/{PAGES_FILE}"))
    legs: dict[date, set[str]] = {}
    for path in sorted(lake.glob("usage/*/*/legs.v*.parquet")):
        for leg_id, day in _legs_to(path, number):
            legs.setdefault(day, set()).add(leg_id)
    of_days = {day: frozenset(ids) for day, ids in sorted(legs.items())}
    all_ids = frozenset().union(*of_days.values())
    found, unsearched = [], []
    for count, path in enumerate(_files_to_look_at(lake), start=1):
        try:
            if _holds(path, number, all_ids):
                found.append(path)
        except UnreadableFile:
            unsearched.append(path)
        if count % SAY_EVERY == 0:
            say(f"{count} files looked at, {len(found)} hold the number")
    return Holding(number, tuple(found), of_days, tuple(unsearched), pages)


def erase(
    installation: Installation, held: Holding, person: str, reason: str, at: datetime, say: Say
) -> Erasure | None:
    """Replace the files that hold the number. Only while no build is on; see this module's docstring for a kill. None
    if the number was erased before and there is nothing to replace.

    `at` is aware UTC. Raises `CannotBeErasedError` before anything is changed.
    """
    lake, staging = installation.lake, installation.directory.erasing
    shutil.rmtree(staging, ignore_errors=True)
    _refuse_while_reading(lake.root, held.pages)
    reference = lake.erasures.reference(held.number.digits)
    replaced = []
    for count, path in enumerate(held.paths, start=1):
        relative = path.relative_to(lake.root)
        copy = staging / "files" / relative
        make_directory(copy.parent)
        _erase_in(path, copy, held)
        fsync_file(copy)
        before, after = fingerprint_of(path), fingerprint_of(copy)
        if before != after:  # else it holds the number only where it stays
            replaced.append(ReplacedFile(str(relative), before.sha256, after.sha256, after.bytes))
        if count % SAY_EVERY == 0:
            say(f"{count} of {len(held.paths)} copies made")
    if not replaced and (before_now := lake.erasures.recogniser()) and before_now.erased(held.number.digits):
        shutil.rmtree(staging, ignore_errors=True)
        return None
    erasure = Erasure(
        erasure_id=f"{at:%Y%m%dT%H%M%S%fZ}-{reference[:8]}",
        at_utc=at,
        person=person,
        reason=reason,
        number_reference=reference,
        kept_digits=held.number.kept_length,
        legs=len(held.leg_ids),
        days=tuple(day.isoformat() for day in held.legs),
        files=tuple(replaced),
    )
    _refuse_while_reading(lake.root, held.pages)
    write_durably(pending_record(installation.directory), erasure.as_json())
    finish_erasure(installation)
    return erasure


def finish_erasure(installation: Installation) -> Erasure | None:
    """Finish an erasure whose record was written; forget one whose record was not. Safe to repeat."""
    directory, lake = installation.directory, installation.lake
    record = pending_record(directory)
    if not record.exists():
        shutil.rmtree(directory.erasing, ignore_errors=True)
        return None
    erasure = erasure_from_json(record.read_bytes())
    if installation.warehouse.builds.days():
        installation.warehouse.ask_for_rebuild()
    lake.erasures.append(erasure)
    for file in erasure.files:
        staged = directory.erasing / "files" / file.path
        if staged.exists():
            _replace(staged, lake.root / file.path)
    _add_to_manifests(lake.root, erasure)
    shutil.rmtree(directory.erasing)
    return erasure


def places_left(held: Holding) -> list[tuple[Path, set[str]]]:
    """The files, of those that held the number, that still do after `erase`, and where: in ids, on which figures hang,
    or where no number is expected."""
    left = []
    for path in held.paths:
        if _is_pack(path) or path.name == PAGES_FILE:
            left.append((path, files.places_left(path, held.number)))
        elif _holds(path, held.number, held.leg_ids):
            left.append((path, {"the file"}))
    return [(path, places) for path, places in left if places]


def files_beside_the_lake(directory: DataDirectory, number: ErasedNumber) -> tuple[list[Path], list[Path]]:
    """Files that hold the number and are not the lake's: what others put into the inbox, dispute packs, Dagster's
    records, alerts. Second, those that could not be searched."""
    hold, unsearched = [], []
    for place in (directory.inbox, directory.dispute_packs, directory.alerts, directory.dagster_home):
        for path in sorted(each for each in place.rglob("*") if each.is_file()):
            try:
                if files.delivery_holds(path, number):
                    hold.append(path)
            except UnreadableFile:
                unsearched.append(path)
    return hold, unsearched


def _refuse_while_reading(lake: Path, known: frozenset[Path]) -> None:
    """A reading that is on has its pages under no name yet: searched past, they would keep the number."""
    if live_parts(lake, READINGS) or frozenset(lake.glob(f"{READINGS}/{PAGES_FILE}")) - known:
        raise CannotBeErasedError(
            "the API is being read, or was meanwhile; stop the daemon, wait for its run, try again"
        )


def _add_to_manifests(lake: Path, erasure: Erasure) -> None:
    """Beside the manifest of each frozen version that has another file now: which one, and who decided it. The manifest
    stays as it is, since its hash was quoted."""
    of_version: dict[Path, list[ReplacedFile]] = {}
    for file in erasure.files:
        if file.path.startswith("frozen/"):
            of_version.setdefault((lake / file.path).parent, []).append(file)
    for directory, replaced in of_version.items():
        told = {
            "erasure_id": erasure.erasure_id,
            "at_utc": erasure.at_utc.isoformat(),
            "person": erasure.person,
            "reason": erasure.reason,
            "manifest_sha256": fingerprint_of(directory / "manifest.json").sha256,
            "files": {
                Path(file.path).name: {
                    "replaces_sha256": file.sha256_before, "sha256": file.sha256, "bytes": file.bytes
                }
                for file in replaced
            },
        }  # fmt: skip
        text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        write_once(directory / f"erasure-{erasure.erasure_id}.json", text.encode())


def _prefixes(installation: Installation) -> Iterator[str]:
    for file in reference_files(installation.lake):
        if file.delivery.kind == "rate_cards":
            yield from pq.read_table(file.rows_path, columns=["prefix"])["prefix"].unique().to_pylist()


def _legs_to(path: Path, number: ErasedNumber) -> Iterator[tuple[str, date]]:
    table = pq.read_table(path, columns=["leg_id", "start_time_utc"], filters=pc.field(files.DIGITS) == number.digits)
    for leg_id, start in zip(*(table[name].to_pylist() for name in ("leg_id", "start_time_utc")), strict=True):
        yield leg_id, start.date()


def _files_to_look_at(lake: Path) -> Iterator[Path]:
    yield from sorted(lake.glob(f"usage/*/*/{PAGES_FILE}"))
    yield from sorted(lake.glob("usage/*/*/*.parquet"))
    yield from sorted(lake.glob(f"{PACKED}/*/*.zip"))
    for kind in TEXT_KINDS:
        for path in sorted((lake / "deliveries" / kind).rglob("*")):
            if path.is_file() and not path.name.startswith(".") and path.suffix != ".json":
                yield path
    yield from sorted(lake.glob("frozen/*/v*/costed_legs.parquet"))


def _is_pack(path: Path) -> bool:
    return path.parents[1].name == PACKED


def _holds(path: Path, number: ErasedNumber, leg_ids: frozenset[str]) -> bool:
    if _is_pack(path):
        return files.pack_holds(path, number)
    if path.name == PAGES_FILE:
        return files.pages_hold(path, number)
    if path.suffix != ".parquet":
        return files.delivery_holds(path, number)
    if path.name == "costed_legs.parquet" and leg_ids and files.frozen_legs_show(path, leg_ids):
        return True
    return files.parquet_holds(path, number, is_invoice="deliveries" in path.parts)


def _erase_in(path: Path, copy: Path, held: Holding) -> None:
    if _is_pack(path):
        files.erase_in_pack(path, copy, held.number)
    elif path.name == PAGES_FILE:
        files.erase_in_pages(path, copy, held.number)
    elif path.suffix != ".parquet":
        layouts = {parsed.name.split(".")[1] for parsed in path.parent.glob(f"{path.stem}.*.rows.parquet")}
        files.erase_in_delivery(path, copy, held.number, layouts & set(INVOICE_LAYOUTS))
    else:
        is_invoice = "deliveries" in path.parts
        files.erase_in_parquet(path, copy, held.number, is_invoice=is_invoice, leg_ids=held.leg_ids)


def _replace(staged: Path, target: Path) -> None:
    """Give the copy the name of the file that it replaces, also on another disk."""
    try:
        staged.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = target.with_name(f".{target.name}.part")
        shutil.copyfile(staged, part)
        fsync_file(part)
        part.replace(target)
        staged.unlink()
    fsync_directory(target.parent)
