"""Touched days: the days whose cost the cards and contracts received since they were built would change.

Belongs here: gathering, from the lake, the logs and the published file. What touches what is `domain/recosting.py`.
Used by the sensors and by `make recost`, so that both mean the same days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

import duckdb

from cpm_assets.domain.recosting import Touched, touched_carriers
from cpm_assets.installation import Installation
from cpm_assets.resources.parsed_files import ReferenceFile, reference_files
from cpm_assets.resources.reference_rows import earliest_days, touched_between
from cpm_assets.resources.review_log import BLOCKED

CARRIERS_OF_DAYS = """
select usage_date, carrier_name from cpm_daily
union
select usage_date, unnest([carrier_name, priced_by_carrier]) from costed_legs
union
select usage_date, unnest([carrier_name, priced_by_carrier]) from costed_legs_rejected
"""
"""Of days older than CPM_LEG_DAYS, the carriers with a billable leg."""


@dataclass(frozen=True)
class TouchedDay:
    """A UTC day, the carriers touched on it, and since when (aware UTC) its figures know no newer card or contract."""

    usage_date: date
    carriers: tuple[str, ...]
    is_final: bool
    known_at_utc: datetime


def touched_days(installation: Installation, now: datetime) -> list[TouchedDay]:
    """Every touched day as of `now` (aware UTC), oldest first. Level-triggered: costing it, or reviewing it, ends it.

    A day whose figures are of later than `now` (the clock jumped back) is left until the clock is there again.
    """
    files = [file for file in reference_files(installation.lake) if file.delivery.received_at <= now]
    files.sort(key=lambda file: file.delivery.received_at)
    found: list[tuple[_Known, frozenset[Touched]]] = []
    for since in _that_may_be_touched(_known_at(installation).values(), files):
        before = [file for file in files if file.delivery.received_at <= since.known_at_utc]
        touched = frozenset(each for each in touched_between(before, files) if each.holds(since.usage_date))
        if touched:
            found.append((since, touched))
    carriers = _carriers(installation) if found else {}
    days = []
    for since, touched in found:
        named = {each.carrier_name for each in touched}
        there = named if since.is_blocked else carriers.get(since.usage_date, set())
        of_day = touched_carriers(touched, since.usage_date, there)
        if of_day:
            days.append(TouchedDay(since.usage_date, tuple(sorted(of_day)), since.is_final, since.known_at_utc))
    return sorted(days, key=lambda each: each.usage_date)


def days_touched_by(
    installation: Installation, before: Iterable[ReferenceFile], after: Iterable[ReferenceFile]
) -> list[TouchedDay]:
    """The built days, oldest first, that what is delivered between two sets of deliveries would touch."""
    touched = touched_between(before, after)
    carriers = _carriers(installation) if touched else {}
    return [
        TouchedDay(day, tuple(sorted(of_day)), since.is_final, since.known_at_utc)
        for day, since in sorted(_known_at(installation).items())
        if (of_day := touched_carriers(touched, day, carriers.get(day, set())))
    ]


@dataclass(frozen=True)
class _Known:
    usage_date: date
    known_at_utc: datetime
    is_final: bool
    is_blocked: bool


def _that_may_be_touched(known: Iterable[_Known], files: Sequence[ReferenceFile]) -> Iterator[_Known]:
    """The days since whose figures something came that reaches back to them. `files` are in the order received."""
    received = [file.delivery.received_at for file in files]
    earliest = list(accumulate(reversed(earliest_days(files)), min))[::-1]
    for since in known:
        newer = bisect_right(received, since.known_at_utc)
        if newer < len(files) and since.usage_date >= earliest[newer]:
            yield since


def _known_at(installation: Installation) -> Mapping[date, _Known]:
    """Since when each built day's figures were compared with no newer delivery: its closing or a review, or a build."""
    builds, reviews = installation.warehouse.builds, installation.warehouse.reviews
    closings = builds.final_days()
    reviewed = reviews.of_days(closings)
    known = {}
    for day, closing in closings.items():
        last = reviewed[day][-1] if day in reviewed else None
        known[day] = _Known(
            day,
            last.known_at_utc if last else closing.known_at_utc,  # the one made last, whatever the clock said
            is_final=True,
            is_blocked=last is not None and last.outcome == BLOCKED,
        )
    for day in builds.days():
        if day not in known and (built := builds.last_costed(day)):
            known[day] = _Known(day, built.known_at_utc, is_final=False, is_blocked=False)
    return known


def _carriers(installation: Installation) -> dict[date, set[str]]:
    """The carriers with legs on each day, and those whose card prices them, as published."""
    published = installation.directory.published_file
    if not published.exists():
        return {}
    carriers: dict[date, set[str]] = {}
    with duckdb.connect(str(published.resolve()), read_only=True) as connection:
        for day, carrier in connection.execute(CARRIERS_OF_DAYS).fetchall():
            if carrier is not None:
                carriers.setdefault(day, set()).add(carrier)
    return carriers
