"""The review log: one small file in the lake for each time that a final day was compared with what is known since.

A review never changes the closed figures (D21). It finds nothing, or makes a numbered version, or is blocked. Builds of
days are in `build_log.py`, the versions' files in `frozen_versions.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from cpm_assets.resources.log_files import entry_name, in_order_made, order_made
from cpm_assets.resources.remembered_directories import RememberedDirectories, names_in

LOG = "reviews"
UNCHANGED, RESTATED, BLOCKED = "unchanged", "restated", "blocked"


@dataclass(frozen=True)
class DayReview:
    """One review of one final UTC day. Instants are aware UTC.

    `known_at_utc`: the inputs were those known at this instant (D22); `swept_at_utc`: when the whole reading among them
    began. `outcome`: unchanged, restated (then `version` is the new one, and `manifest_sha256` its manifest's hash), or
    blocked, with the reason.
    """

    usage_date: date
    run_id: str
    known_at_utc: datetime
    swept_at_utc: datetime
    outcome: str
    version: int
    reason: str | None
    manifest_sha256: str | None = None


class ReviewLog:
    """Reads and appends the reviews below one lake."""

    def __init__(self, lake: Path) -> None:
        self._root = lake / LOG

    def entries(self, reviews: Iterable[DayReview]) -> dict[str, str]:
        """New entries, by their place below the lake: `BuildLog.prepare` takes them, so that they become true with what
        is published of them. Only while holding the writer's lock."""
        return {
            f"{LOG}/{day}/{entry_name(self._root / day, review.known_at_utc, review.run_id, review.outcome)}": text
            for review in reviews
            for day, text in ((review.usage_date.isoformat(), _to_json(review)),)
        }

    def of_day(self, day: date) -> list[DayReview]:
        """All reviews of a day, oldest first."""
        return list(_REVIEWS.of(f"{self._root}/{day.isoformat()}"))

    def last_of_day(self, day: date) -> DayReview | None:
        """The newest review of a day, or None."""
        paths = in_order_made(self._root / day.isoformat())
        return _from_json(paths[-1].read_text()) if paths else None

    def of_days(self, days: Iterable[date]) -> dict[date, list[DayReview]]:
        """The reviews of those of the days that have any."""
        reviewed = set(names_in(self._root))
        return {day: found for day in days if day.isoformat() in reviewed and (found := self.of_day(day))}


def _reviews_in(directory: Path) -> tuple[DayReview, ...]:
    names = (name for name in names_in(directory) if name.endswith(".json"))
    return tuple(_from_json((directory / name).read_text()) for name in sorted(names, key=order_made))


_REVIEWS = RememberedDirectories(_reviews_in)
"""The reviews of a day, by the day's directory in the log."""


def _to_json(review: DayReview) -> str:
    return json.dumps(asdict(review), default=lambda value: value.isoformat(), indent=1)


def _from_json(text: str) -> DayReview:
    body = json.loads(text)
    return DayReview(
        **{
            **body,
            "usage_date": date.fromisoformat(body["usage_date"]),
            "known_at_utc": datetime.fromisoformat(body["known_at_utc"]),
            "swept_at_utc": datetime.fromisoformat(body["swept_at_utc"]),
        }
    )
