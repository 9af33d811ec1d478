"""The build log: one small file in the lake for each build of a day, written once.

It is what makes the warehouse derived: `make rebuild` replays it. It is also where finality lives, so that a lost
warehouse cannot reopen a day (D21). A build's records become true together with the snapshot that shows them: they
wait in `work/pending_builds.json` until the published link is switched, which is the one commit point. So do the frozen
versions that the build makes, and the reviews of closed days that it publishes (`review_log.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from cpm_assets.resources.durable_files import write_durably
from cpm_assets.resources.frozen_versions import FrozenVersions
from cpm_assets.resources.log_files import entry_name, in_order_made, order_made
from cpm_assets.resources.remembered_directories import RememberedDirectories, names_in

FINAL = "final"
_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
GOOD_NAMES = ("accepted", "empty", FINAL)


class Tolerated(NamedTuple):
    """How many billable legs of a day may have an unknown carrier, or no billed time, without rejecting it."""

    unknown_carrier_legs: int
    zero_billing_legs: int


NOTHING_TOLERATED = Tolerated(0, 0)


@dataclass(frozen=True)
class DayBuild:
    """One build of one UTC day. Instants are aware UTC.

    `outcome`: accepted, empty, rejected, or failed (its extraction was not complete, D23).
    `known_at_utc`: the inputs were those known at this instant (D22). `tolerated`: the settings it was judged by.
    `manifest_sha256`: of the frozen version that closing the day made; None of builds that closed nothing.
    """

    usage_date: date
    run_id: str
    built_at_utc: datetime
    known_at_utc: datetime
    outcome: str
    is_final: bool
    is_finalizing: bool
    reason: str | None
    tolerated: Tolerated = NOTHING_TOLERATED
    manifest_sha256: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether the day's figures became this build's."""
        return self.outcome in ("accepted", "empty")

    @property
    def label(self) -> str:
        """How the file's name ends, so that a listing of names answers most questions."""
        return FINAL if self.is_final else self.outcome


class BuildLog:
    """Reads and appends the builds of days below one directory."""

    def __init__(self, lake: Path, work: Path) -> None:
        self._root = lake / "builds"
        self._pending = work / "pending_builds.json"
        self._frozen = FrozenVersions(lake, work)

    def of_day(self, day: date) -> list[DayBuild]:
        """All builds of a day, oldest first."""
        return [_from_json(path.read_text()) for path in in_order_made(self._root / day.isoformat())]

    def of_run(self, day: date, run_id: str) -> DayBuild | None:
        """What a run made of a day, or None."""
        for path in in_order_made(self._root / day.isoformat(), f"*-{run_id[:8]}-*.json"):
            build = _from_json(path.read_text())
            if build.run_id == run_id:
                return build
        return None

    def days(self) -> list[date]:
        """Every day that was ever built, in order."""
        return [date.fromisoformat(name) for name in _DAYS.of(str(self._root))]

    def final_days(self, days: Iterable[date] | None = None) -> dict[date, DayBuild]:
        """The build that closed each final day, of the given days or of all."""
        root = str(self._root)
        asked = self.days() if days is None else days
        return {day: closing for day in asked if (closing := _CLOSINGS.of(f"{root}/{day.isoformat()}"))}

    def last_of_day(self, day: date, *, good: bool = False) -> DayBuild | None:
        """The newest build of a day, or its newest good one. The names tell, so a day's hundred ticks are not read."""
        for path in reversed(in_order_made(self._root / day.isoformat())):
            if not good or path.stem.rsplit("-", 1)[1] in GOOD_NAMES:
                return _from_json(path.read_text())
        return None

    def last_costed(self, day: date) -> DayBuild | None:
        """The newest build that costed the day, accepted or not; None if every one failed before that (D23)."""
        for path in reversed(in_order_made(self._root / day.isoformat())):
            if path.stem.rsplit("-", 1)[1] != "failed":
                return _from_json(path.read_text())
        return None

    def prepare(
        self,
        builds: Iterable[DayBuild],
        snapshot_name: str,
        frozen: Sequence[str] = (),
        reviews: Mapping[str, str] | None = None,
    ) -> None:
        """Set down what becomes true when the snapshot of that name is published: builds, the names of waiting frozen
        versions, and entries of the review log by their place below the lake. Only while `writing`."""
        body = {
            "snapshot": snapshot_name,
            "builds": {self._name(build): _to_json(build) for build in builds},
            "frozen": frozen,
            "reviews": dict(reviews or {}),
        }
        write_durably(self._pending, json.dumps(body).encode())

    def settle(self, published_snapshot_name: str | None) -> None:
        """Finish or forget a prepared set, by whether its snapshot is the published one. Safe to repeat.

        The frozen files come first: a day that the log calls final has them.
        """
        if self._pending.exists():
            body = json.loads(self._pending.read_text())
            if body["snapshot"] == published_snapshot_name:
                self._frozen.settle(body.get("frozen", ()))
                for name, text in body["builds"].items():
                    write_durably(self._root / name, text.encode())
                for name, text in body.get("reviews", {}).items():
                    write_durably(self._root.parent / name, text.encode())
            self._pending.unlink()
        self._frozen.forget_staged()

    def _name(self, build: DayBuild) -> str:
        """The place of a new build below the log."""
        day = build.usage_date.isoformat()
        return f"{day}/{entry_name(self._root / day, build.built_at_utc, build.run_id, build.label)}"


def _closing_in(directory: Path) -> DayBuild | None:
    closings = (name for name in names_in(directory) if name.endswith(f"-{FINAL}.json"))
    first = min(closings, key=order_made, default=None)
    return _from_json((directory / first).read_text()) if first else None


_CLOSINGS = RememberedDirectories(_closing_in)
"""The build that closed a day, by the day's directory in the log."""
_DAYS = RememberedDirectories(lambda root: sorted(name for name in names_in(root) if _A_DAY.fullmatch(name)))


def _to_json(build: DayBuild) -> str:
    return json.dumps(asdict(build), default=lambda value: value.isoformat(), indent=1)


def _from_json(text: str) -> DayBuild:
    body = json.loads(text)
    return DayBuild(
        **{
            **body,
            "usage_date": date.fromisoformat(body["usage_date"]),
            "built_at_utc": datetime.fromisoformat(body["built_at_utc"]),
            "known_at_utc": datetime.fromisoformat(body["known_at_utc"]),
            "tolerated": Tolerated(*body["tolerated"]),
        }
    )
