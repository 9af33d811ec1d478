"""Frozen verification: whether the files of closed days are still what was written, and what is wrong if not (D21).

Reads every frozen file once. Writing them is `frozen_versions.py`. Nothing is mended here: a frozen file cannot be made
again, only restored from a backup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from cpm_assets.domain.manifest import Total, differing_totals
from cpm_assets.resources.frozen_versions import FIRST, MANIFEST_FILE, FrozenVersion, read_version, totals_of
from cpm_assets.resources.warehouse import Warehouse
from cpm_assets.resources.write_once import fingerprint_of

REMEDY = "restore it from the backup of lake/frozen (docs/runbooks/frozen_days_intact.md)"

_LEG_TOTALS = (
    "currency, count(total_cost), count(*) - count(total_cost), "
    "cast(coalesce(sum(billed_seconds) filter (where total_cost is not null), 0) as bigint), "
    "cast(coalesce(sum(total_cost), 0) as decimal(18, 6))"
)


@dataclass(frozen=True)
class Verdict:
    """What is wrong with one version of a UTC day; nothing if it is intact. `bytes_read` of its files."""

    usage_date: date
    version: int
    problems: tuple[str, ...]
    bytes_read: int = 0


class FrozenDamagedError(RuntimeError):
    """Frozen files are damaged or gone: figures that were closed cannot be read back."""


def verify_frozen_days(warehouse: Warehouse) -> Iterator[Verdict]:
    """One verdict per version of each closed day, in order: those on disk, published, or in the build log as final."""
    published = _published_hashes(warehouse)
    final_days = warehouse.builds.final_days()
    for day in sorted({*final_days, *warehouse.frozen.days(), *(day for day, _ in published)}):
        found = {int(path.name[1:]): path for path in warehouse.frozen.of_day(day)}
        expected = {FIRST, *found, *(number for each, number in published if each == day)}
        for number in sorted(expected):
            if number in found:
                yield _verdict(day, number, found[number], published.get((day, number)))
            elif (day, number) in published:
                yield Verdict(day, number, (f"{warehouse.frozen.directory(day, number)} is gone: {REMEDY}",))
            else:
                yield Verdict(day, number, ("closed before closed days were frozen: run `make rebuild`",))


def check_before_reading(warehouse: Warehouse, days: list[date]) -> None:
    """Raises FrozenDamagedError when a first version of one of the days, which is to be read back, is not intact."""
    for day in days:
        for path in warehouse.frozen.of_day(day)[:1]:
            if problems := _verdict(day, FIRST, path, None).problems:
                raise FrozenDamagedError(f"{day} was closed and cannot be read back: {'; '.join(problems)}")


def _verdict(day: date, number: int, directory: Path, published_sha256: str | None) -> Verdict:
    """What is wrong with one version; a manifest that is no manifest costs this version's verdict, not the others'."""
    try:
        return _verdict_of(read_version(directory), day, number, published_sha256)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"{directory / MANIFEST_FILE} cannot be read ({type(error).__name__}): {REMEDY}"
        return Verdict(day, number, (problem,))


def _verdict_of(version: FrozenVersion, day: date, number: int, published_sha256: str | None) -> Verdict:
    directory = version.directory
    problems = list(_damaged_files(version))
    if published_sha256 is not None and version.manifest_sha256 != published_sha256:
        problems.append(
            f"{directory / MANIFEST_FILE} has SHA-256 {version.manifest_sha256[:12]}…, "
            f"published is {published_sha256[:12]}…: {REMEDY}"
        )
    if (version.usage_date, version.version) != (day, number):
        problems.append(f"{directory} holds {version.usage_date} version {version.version}: {REMEDY}")
    if not problems:
        problems = [f"{directory / name}: {each}" for name, each in _contradictions(version)]
    return Verdict(day, number, tuple(problems), sum(file["bytes"] for file in version.manifest["files"].values()))


def _damaged_files(version: FrozenVersion) -> Iterator[str]:
    stated = version.manifest["files"]
    for name, file in stated.items():
        path = version.directory / name
        if not path.exists():
            yield f"{path} is gone: {REMEDY}"
        elif path.stat().st_size != file["bytes"]:
            yield f"{path} has {path.stat().st_size} bytes instead of {file['bytes']}: {REMEDY}"
        elif fingerprint_of(path).sha256 != file["sha256"]:
            yield f"{path} was changed, its SHA-256 is not that of the manifest: {REMEDY}"
    for path in sorted(version.directory.iterdir()):
        if path.name not in stated and path.name != MANIFEST_FILE:
            yield f"{path} is in no manifest: take it away"


def _contradictions(version: FrozenVersion) -> Iterator[tuple[str, str]]:
    """File and sentence, where rows do not add up to the manifest's totals."""
    with duckdb.connect() as connection:
        daily = connection.read_parquet(str(version.directory / "cpm_daily.parquet"))
        legs = connection.read_parquet(str(version.directory / "costed_legs.parquet")).filter("is_billable")
        of_legs = {currency: Total(*sums) for currency, *sums in legs.aggregate(_LEG_TOTALS, "currency").fetchall()}
        added: Mapping[str, Mapping[str, Total]] = {
            "cpm_daily.parquet": totals_of(daily),
            "costed_legs.parquet": of_legs,
        }
    for name, totals in added.items():
        for sentence in differing_totals(version.totals, totals):
            yield name, sentence


def _published_hashes(warehouse: Warehouse) -> dict[tuple[date, int], str]:
    """The published manifest hash by day and version; nothing before the first version that publishes them."""
    current = warehouse.snapshots.current()
    if current is None:
        return {}
    with duckdb.connect(str(current), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables()").fetchall()
        if ("day_versions",) not in names:
            return {}
        rows = connection.execute(
            "select usage_date, version, manifest_sha256 from day_versions where manifest_sha256 is not null"
        ).fetchall()
    return {(day, number): sha256 for day, number, sha256 in rows}
