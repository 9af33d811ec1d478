"""Input verification: whether the files that manifests name as inputs are still what the days were made of (D21, D22).

Reads each file once, however many days name it. Raw answers, cards, contracts, licenses and waivers cannot be made
again; the parsed files beside raw answers can. The frozen files themselves are `frozen_verification.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from cpm_assets.resources.erasure_log import ErasureLog
from cpm_assets.resources.frozen_versions import FrozenVersion
from cpm_assets.resources.lake import PAGES_FILE
from cpm_assets.resources.write_once import fingerprint_of

RESTORE = "restore it from the backup of the lake"
MAKE_AGAIN = "take it away, it is made again from the raw answers beside it"


class NamedInput(NamedTuple):
    """A file as a manifest names it: its place below the lake, its hash and size, and whether it can be made again."""

    path: str
    sha256: str
    bytes: int
    is_derived: bool


@dataclass(frozen=True)
class InputProblem:
    """What is wrong with one input, and the versions of closed UTC days that name it, in order."""

    problem: str
    named_by: tuple[tuple[date, int], ...]

    def __str__(self) -> str:
        day, version = self.named_by[0]
        others = f" and {len(self.named_by) - 1} more" if len(self.named_by) > 1 else ""
        return f"{self.problem}; named by {day} version {version}{others}"


def named_inputs(manifest: Mapping[str, Any]) -> Iterator[NamedInput]:
    """Every file that a version was worked out from. Raises KeyError or TypeError when the manifest is none."""
    for extraction in manifest.get("extractions", ()):
        directory = f"usage/{extraction['asked_day']}/{extraction['extraction_id']}"
        for name, file in extraction["files"].items():
            yield NamedInput(f"{directory}/{name}", file["sha256"], file["bytes"], name != PAGES_FILE)
    for file in manifest.get("deliveries", ()):
        name = f"{file['sha256']}{Path(file['file_name']).suffix.lower()}"
        yield NamedInput(f"deliveries/{file['kind']}/{name}", file["sha256"], file["bytes"], is_derived=False)


def verify_inputs(lake: Path, versions: Iterable[FrozenVersion], is_read: Callable[[date], bool]) -> list[InputProblem]:
    """What is wrong with the inputs that the versions name, by path.

    Those of a version whose UTC day `is_read` are read whole, the others only looked at: there, and with their size.
    """
    present = ErasureLog(lake).present_hashes()
    named: dict[NamedInput, list[tuple[date, int]]] = {}
    to_read: set[NamedInput] = set()
    for version in versions:
        for each in named_inputs(version.manifest):
            sha256, size = present.of(each.path, each.sha256, each.bytes)
            each = each._replace(sha256=sha256, bytes=size)  # an erasure may have replaced it
            named.setdefault(each, []).append((version.usage_date, version.version))
            if is_read(version.usage_date):
                to_read.add(each)
    return [
        InputProblem(problem, tuple(sorted(named[each])))
        for each in sorted(named)
        if (problem := _problem(lake / each.path, each, is_read=each in to_read))
    ]


def _problem(path: Path, named: NamedInput, *, is_read: bool) -> str | None:
    if not path.exists():
        return None if named.is_derived else f"{path} is gone: {RESTORE}"
    remedy = MAKE_AGAIN if named.is_derived else RESTORE
    if path.stat().st_size != named.bytes:
        return f"{path} has {path.stat().st_size} bytes instead of {named.bytes}: {remedy}"
    if is_read and fingerprint_of(path).sha256 != named.sha256:
        return f"{path} was changed, its SHA-256 is not the one received: {remedy}"
    return None
