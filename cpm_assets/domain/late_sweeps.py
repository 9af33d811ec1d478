"""Late sweeps: which closed days are due to be read again, for records that came after they were closed (D21).

Pure: asked with an instant, answers with days. When a day is closed is `finality.py`; what a late sweep does with what
it finds is `resources/final_day_review.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from cpm_assets.domain.finality import DAYS_A_TICK, day_end


def late_sweeps_due(
    now: datetime,
    swept: Mapping[date, Collection[datetime]],
    hours: Sequence[int],
    most: int = DAYS_A_TICK,
    held_back: Collection[date] = (),
    asked_since: Mapping[date, datetime] | None = None,
) -> list[date]:
    """Closed UTC days that are due to be read again, oldest first, at most `most`; `held_back` ones take no place.

    `swept` has every closed day, with the instants (aware UTC) since which its whole reading was compared with its
    figures: its closing's, and those of its late sweeps. A day is due from each of `hours` after its end until it was
    swept since. Level-triggered: after three weeks of downtime one sweep answers for all the hours that were missed,
    and a day that was closed after its last hour is not swept at all. Instants after `now` do not count, so a clock
    that was ahead and jumped back costs a sweep too many, never one too few.

    `asked_since` has days that something else asks for (an invoice with a call we never saw), and since when: they are
    due until they were swept since then.
    """
    due: list[date] = []
    for day in sorted(swept):
        if len(due) == most:
            break
        instants = (_last_hour(day, now, hours), (asked_since or {}).get(day))
        since = max((each for each in instants if each and each <= now), default=None)
        if since and day not in held_back and not any(since <= instant <= now for instant in swept[day]):
            due.append(day)
    return due


def _last_hour(day: date, now: datetime, hours: Sequence[int]) -> datetime | None:
    """The latest of the day's sweep instants that is not in the future."""
    reached = [instant for hour in hours if (instant := day_end(day) + timedelta(hours=hour)) <= now]
    return max(reached, default=None)
