"""Frozen verification: whether the files of closed days are still what was written, and what is wrong if not (D21).

Reads frozen files, each once. Whoever edits a file can edit its manifest to fit: so the manifest's own hash is held in
the build log (or the review log) and in the published file, too. Writing them is `frozen_versions.py`, their inputs are
`input_verification.py`. Nothing is mended here: a frozen file cannot be made again, only restored from a backup.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from cpm_assets.domain.manifest import Total, differing_totals
from cpm_assets.resources.erasure_log import ErasureLog, PresentHashes, refuse_while_pending
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


class Held(NamedTuple):
    """A manifest's hash as it is held outside the version's directory, and where."""

    place: str
    manifest_sha256: str


class FrozenDamagedError(RuntimeError):
    """Frozen files are damaged or gone: figures that were closed cannot be read back."""


def verify_frozen_days(warehouse: Warehouse, is_read: Callable[[date], bool] = lambda _day: True) -> Iterator[Verdict]:
    """One verdict per version of each closed day, in order: those on disk, published, or in the logs.

    Every manifest is read; the files of days that `is_read` names are read whole, of the others their sizes are seen.
    """
    refuse_while_pending(warehouse.directory)
    held, present = held_hashes(warehouse), ErasureLog(warehouse.directory.lake).present_hashes()
    for day in sorted({*warehouse.builds.final_days(), *warehouse.frozen.days(), *(day for day, _ in held)}):
        found = {int(path.name[1:]): path for path in warehouse.frozen.of_day(day)}
        expected = {FIRST, *found, *(number for each, number in held if each == day)}
        for number in sorted(expected):
            if number in found:
                of_version = held.get((day, number), ())
                yield _verdict(day, number, found[number], of_version, present, is_read=is_read(day))
            elif (day, number) in held:
                yield Verdict(day, number, (f"{warehouse.frozen.directory(day, number)} is gone: {REMEDY}",))
            else:
                yield Verdict(day, number, ("closed before closed days were frozen: run `make rebuild`",))


def check_before_reading(warehouse: Warehouse, days: list[date]) -> None:
    """Raises FrozenDamagedError when a version of one of the days, which is to be read back, is not intact."""
    refuse_while_pending(warehouse.directory)
    held, present = held_hashes(warehouse), ErasureLog(warehouse.directory.lake).present_hashes()
    for day in days:
        for path in warehouse.frozen.of_day(day):
            number = int(path.name[1:])
            if problems := _verdict(day, number, path, held.get((day, number), ()), present, is_read=True).problems:
                raise FrozenDamagedError(f"{day} was closed and cannot be read back: {'; '.join(problems)}")


def intact_manifests(warehouse: Warehouse) -> Iterator[FrozenVersion]:
    """Every version whose manifest can be read, by day and number."""
    for day in warehouse.frozen.days():
        for path in warehouse.frozen.of_day(day):
            with suppress(*_UNREADABLE):
                yield read_version(path)


_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)


def _verdict(
    day: date, number: int, directory: Path, held: Sequence[Held], present: PresentHashes, *, is_read: bool
) -> Verdict:
    """What is wrong with one version; a manifest that is no manifest costs this version's verdict, not the others'."""
    try:
        return _verdict_of(read_version(directory), day, number, held, present, is_read=is_read)
    except _UNREADABLE as error:
        problem = f"{directory / MANIFEST_FILE} cannot be read ({type(error).__name__}): {REMEDY}"
        return Verdict(day, number, (problem,))


def _verdict_of(
    version: FrozenVersion, day: date, number: int, held: Sequence[Held], present: PresentHashes, *, is_read: bool
) -> Verdict:
    directory = version.directory
    problems = [
        f"{directory / MANIFEST_FILE} has SHA-256 {version.manifest_sha256[:12]}…, "
        f"{each.place} {each.manifest_sha256[:12]}…: it was edited; {REMEDY}"
        for each in held
        if version.manifest_sha256 != each.manifest_sha256
    ]
    problems += _damaged_files(version, present, is_read=is_read)
    if (version.usage_date, version.version) != (day, number):
        problems.append(f"{directory} holds {version.usage_date} version {version.version}: {REMEDY}")
    if is_read and not problems:
        problems = [f"{directory / name}: {each}" for name, each in _contradictions(version)]
    bytes_read = sum(file["bytes"] for file in version.manifest["files"].values()) if is_read else 0
    return Verdict(day, number, tuple(problems), bytes_read)


def _damaged_files(version: FrozenVersion, present: PresentHashes, *, is_read: bool) -> Iterator[str]:
    stated, below_lake = version.manifest["files"], f"frozen/{version.directory.parent.name}/{version.directory.name}"
    for name, file in stated.items():
        path = version.directory / name
        sha256, size = present.of(f"{below_lake}/{name}", file["sha256"], file["bytes"])
        if not path.exists():
            yield f"{path} is gone: {REMEDY}"
        elif path.stat().st_size != size:
            yield f"{path} has {path.stat().st_size} bytes instead of {size}: {REMEDY}"
        elif is_read and fingerprint_of(path).sha256 != sha256:
            yield f"{path} was changed, its SHA-256 is not that of the manifest: {REMEDY}"
    told = {f"erasure-{erasure_id}.json" for erasure_id in present.erasures_below(below_lake)}
    for path in sorted(version.directory.iterdir()):
        if path.name not in stated and path.name != MANIFEST_FILE and path.name not in told:
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


def held_hashes(warehouse: Warehouse) -> dict[tuple[date, int], list[Held]]:
    """The hash of each version's manifest as it is held elsewhere, by day and version: in the log of its closing or its
    review (not those of before the logs held it), and in the published file."""
    held: dict[tuple[date, int], list[Held]] = defaultdict(list)
    closings = warehouse.builds.final_days()
    for day, closing in closings.items():
        if closing.manifest_sha256:
            held[day, FIRST].append(Held("the build log has", closing.manifest_sha256))
    for day, reviews in warehouse.reviews.of_days(closings).items():
        for review in reviews:
            if review.manifest_sha256:
                held[day, review.version].append(Held("the review log has", review.manifest_sha256))
    for key, sha256 in _published_hashes(warehouse).items():
        held[key].append(Held("published is", sha256))
    return dict(held)


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
