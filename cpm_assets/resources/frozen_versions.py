"""Frozen versions: the files of a closed day, written once as a whole directory and never changed (D21).

    lake/frozen/<UTC day>/v0001/   costed_legs.parquet  cpm_hourly.parquet  cpm_daily.parquet  cpm_by_prefix.parquet
                                   internal_handling_cost.parquet  manifest.json

A version is written to `work/freezing/` inside the dbt run, and becomes true with the snapshot that shows it: the build
log moves it to the lake (`settle`). Belongs here: where the files are, writing, moving and reading them. Does not
belong here: what a manifest says (`closing_facts.py`), and whether it still holds (`frozen_verification.py`).
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from cpm_assets.domain.manifest import Total, canonical_json, totals_as_json, totals_from_json
from cpm_assets.resources.durable_files import fsync_directory, fsync_file, make_directory
from cpm_assets.resources.write_once import fingerprint_of

MANIFEST_FILE = "manifest.json"
COMPRESSION = "zstd"
_VERSIONS = "v[0-9][0-9][0-9][0-9]"
FIRST = 1
"""The version that closing a day makes; later ones are restatements."""

ORDER = {
    "costed_legs": "leg_id",
    "cpm_hourly": "usage_hour_utc, carrier_name, destination_region, leg_type, currency",
    "cpm_daily": "carrier_name, destination_region, currency",
    "cpm_by_prefix": "carrier_name, prefix, currency",
    "internal_handling_cost": "leg_type, currency",
}
"""The tables that are frozen, and the key by which their rows lie in the file."""

TOTALS = (
    "currency, cast(sum(legs) as bigint), cast(sum(unrated_legs) as bigint), cast(sum(billed_seconds) as bigint), "
    "cast(sum(total_cost) as decimal(18, 6))"
)
"""Of rows of cpm_daily, by currency: the fields of `Total`."""


@dataclass(frozen=True)
class FrozenVersion:
    """A version of a UTC day as its manifest tells it. `known_from_utc` is aware UTC."""

    usage_date: date
    version: int
    known_from_utc: datetime
    reason: str
    totals: Mapping[str, Total]
    manifest: Mapping[str, Any]
    manifest_sha256: str
    directory: Path

    @property
    def inputs_known_at_utc(self) -> datetime:
        """The instant as of which it was worked out (aware UTC, D22)."""
        return datetime.fromisoformat(self.manifest["inputs_known_at_utc"])


def version_name(version: int) -> str:
    """The directory of a version below its day's."""
    return f"v{version:04}"


def write_version(
    directory: Path, tables: Mapping[str, duckdb.DuckDBPyRelation], facts: Mapping[str, object]
) -> FrozenVersion:
    """Write a day's tables and the manifest of them, all flushed to disk. Replaces a left-over of that name.

    `tables` are the day's rows by name: those of ORDER, and others that are in order already. `facts` must name
    `usage_date`, `version`, `known_from_utc` and `reason`.
    """
    if directory.exists():
        shutil.rmtree(directory)
    make_directory(directory)
    files = {}
    for name, rows in tables.items():
        path = directory / f"{name}.parquet"
        (rows.order(ORDER[name]) if name in ORDER else rows).write_parquet(str(path), compression=COMPRESSION)
        fsync_file(path)
        fingerprint = fingerprint_of(path)
        count = pq.read_metadata(path).num_rows
        files[path.name] = {"sha256": fingerprint.sha256, "bytes": fingerprint.bytes, "rows": count}
    totals = totals_of(tables["cpm_daily"])
    path = directory / MANIFEST_FILE
    path.write_bytes(canonical_json({**facts, "files": files, "totals": totals_as_json(totals)}))
    fsync_file(path)
    fsync_directory(directory)
    return read_version(directory)


def read_version(directory: Path) -> FrozenVersion:
    """A version by its manifest. Raises OSError, ValueError or KeyError when that is damaged."""
    content = (directory / MANIFEST_FILE).read_bytes()
    manifest = json.loads(content)
    return FrozenVersion(
        usage_date=date.fromisoformat(manifest["usage_date"]),
        version=manifest["version"],
        known_from_utc=datetime.fromisoformat(manifest["known_from_utc"]),
        reason=manifest["reason"],
        totals=totals_from_json(manifest["totals"]),
        manifest=manifest,
        manifest_sha256=hashlib.sha256(content).hexdigest(),
        directory=directory,
    )


def totals_of(daily: duckdb.DuckDBPyRelation) -> dict[str, Total]:
    """The totals by currency of rows of cpm_daily."""
    return {currency: Total(*sums) for currency, *sums in daily.aggregate(TOTALS, "currency").fetchall()}


class FrozenVersions:
    """The versions below one lake, and the place where new ones wait."""

    def __init__(self, lake: Path, work: Path) -> None:
        self._root = lake / "frozen"
        self._staging = work / "freezing"

    def directory(self, day: date, version: int = FIRST) -> Path:
        """Where a version of a UTC day is, once it is."""
        return self._root / day.isoformat() / version_name(version)

    def staging_directory(self, day: date, version: int = FIRST) -> Path:
        """Where a version waits for the build that it belongs to."""
        return self._staging / day.isoformat() / version_name(version)

    def days(self) -> list[date]:
        """Every day that has a version, in order."""
        return sorted({date.fromisoformat(path.parent.name) for path in self._root.glob(f"????-??-??/{_VERSIONS}")})

    def of_day(self, day: date) -> list[Path]:
        """The directories of a day's versions, oldest first."""
        return sorted((self._root / day.isoformat()).glob(_VERSIONS))

    def staged(self) -> list[str]:
        """What waits, as `<day>/<version>`; with the directories made that it will lie in, so that a lake that cannot
        be written is noticed before anything is published. Raises OSError then."""
        names = sorted(
            str(path.parent.relative_to(self._staging)) for path in self._staging.glob(f"*/*/{MANIFEST_FILE}")
        )
        for name in names:
            make_directory((self._root / name).parent)
        return names

    def staged_versions(self) -> list[FrozenVersion]:
        """What waits, as its manifests tell it."""
        return [read_version(path.parent) for path in sorted(self._staging.glob(f"*/*/{MANIFEST_FILE}"))]

    def settle(self, names: Iterable[str]) -> None:
        """Give the waiting versions their place. Safe to repeat: what is there already stays."""
        for name in names:
            staged, final = self._staging / name, self._root / name
            if staged.exists() and not final.exists():
                _move_directory(staged, final)

    def forget_staged(self) -> None:
        """Remove what waits: of a build that was killed, or that has been settled."""
        if self._staging.exists():
            shutil.rmtree(self._staging)


def _move_directory(source: Path, target: Path) -> None:
    """A whole directory in one step, also to a lake on another disk."""
    make_directory(target.parent)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = target.with_name(f".{target.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(source, part)
        for path in part.iterdir():
            fsync_file(path)
        fsync_directory(part)
        part.rename(target)
    fsync_directory(target.parent)
