"""A segment: which published sums a page adds up, as SQL over the plain table names with its bound values.

Days are UTC and come from `cpm_daily`, or from `cpm_daily_restated` for the latest version of each. A business time
zone, and a choice of leg types, need hours: `cpm_hourly`, whose hours are put to the local day in which they begin
(D1: zones exist here only).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from dashboard.sql_files import query

UTC_ZONE = "UTC"
ALL, FINAL, PROVISIONAL, RESTATED = "all", "final", "provisional", "restated"
NO_CARRIER = "(no carrier)"
REGION, COUNTRY = "region", "country"
PLACES = {
    REGION: "sums.destination_region",
    COUNTRY: "coalesce('+' || dim_region.country_code, '(no one country)')",
}
"""What the matrix has a row for: the region, or the country it lies in."""


@dataclass(frozen=True)
class Segment:
    """What is chosen. Days are local days of `zone`, both included; an empty choice is no choice."""

    currency: str
    first: date
    last: date
    zone: str = UTC_ZONE
    figures: str = ALL
    carriers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    leg_types: tuple[str, ...] = ()
    places: str = REGION
    search: str = ""

    @property
    def is_hourly(self) -> bool:
        """Whether the sums come from hours: restated figures exist by UTC day and over all leg types only."""
        return self.figures != RESTATED and (self.zone != UTC_ZONE or bool(self.leg_types))

    def narrowed(self, carrier: str | None, place: str | None) -> tuple[Segment, str | None]:
        """The segment of one cell, and the place it is of; None is all of them."""
        return replace(self, carriers=(carrier,) if carrier is not None else self.carriers), place


def segment_sql(segment: Segment, place: str | None = None) -> tuple[str, Mapping[str, object]]:
    """(SQL, values): a row per published sum with `day, carrier_name, place, is_final`, the sums, and `leg_type`."""
    table = "cpm_hourly" if segment.is_hourly else "cpm_daily_restated" if segment.figures == RESTATED else "cpm_daily"
    day, hours, values = day_of(segment, "sums.usage_hour_utc", is_of_hours=segment.is_hourly)
    conditions, chosen = conditions_of(segment, day, place)
    parts = {"table": table, "day": day, "hours": hours, "place": PLACES[segment.places], "conditions": conditions}
    return query("segment", **parts), values | chosen


def legs_sql(segment: Segment, place: str | None = None) -> tuple[str, Mapping[str, object]]:
    """(SQL, values without the `limit`): a row per billable leg of which the segment's sums are."""
    day, hours, values = day_of(segment, "date_trunc('hour', sums.start_time_utc)", is_of_hours=True)
    conditions, chosen = conditions_of(segment, day, place)
    return query("legs", hours=hours, conditions=conditions), values | chosen


def day_of(segment: Segment, hour_utc: str, *, is_of_hours: bool) -> tuple[str, str, dict[str, object]]:
    """(SQL expression, join that it needs, values) of a row's day: its UTC day, or the local day of its UTC hour."""
    if is_of_hours and segment.zone != UTC_ZONE:
        return "hours.local_day", query("local_hours", hour_utc=hour_utc), {"zone": segment.zone}
    return "sums.usage_date", "", {}


def conditions_of(segment: Segment, day: str, place: str | None = None) -> tuple[str, dict[str, object]]:
    """(SQL, values) of everything that is chosen, over published sums or legs `sums` joined with `dim_region`."""
    # the UTC days that can hold these local days come first: they let whole row groups be skipped
    conditions = [
        "sums.currency = $currency",
        "sums.usage_date between $first::date - 1 and $last::date + 1",
        f"{day} between $first and $last",
    ]
    values: dict[str, object] = {"currency": segment.currency, "first": segment.first, "last": segment.last}
    if segment.leg_types and segment.figures != RESTATED:
        conditions.append("sums.leg_type in (select unnest($leg_types))")
        values["leg_types"] = list(segment.leg_types)
    if segment.figures in (FINAL, PROVISIONAL):
        conditions.append("sums.is_final" if segment.figures == FINAL else "not sums.is_final")
    where, chosen = carrier_and_place(segment, place)
    return "\n    and ".join([*conditions, where]), values | chosen


def carrier_and_place(segment: Segment, place: str | None = None) -> tuple[str, dict[str, object]]:
    """(SQL, values) of the chosen carriers and places alone: also for rate cards, which have no days or sums."""
    conditions, values = ["true"], {}

    def choose(condition: str, name: str, value: object) -> None:
        conditions.append(condition)
        values[name] = value

    if segment.carriers:
        carrier = f"coalesce(sums.carrier_name, '{NO_CARRIER}')"
        choose(f"{carrier} in (select unnest($carriers))", "carriers", list(segment.carriers))
    if segment.regions:
        choose("sums.destination_region in (select unnest($regions))", "regions", list(segment.regions))
    if segment.search:
        choose(f"contains(lower({PLACES[segment.places]}), lower($search))", "search", segment.search)
    if place is not None:
        choose(f"{PLACES[segment.places]} = $place", "place", place)
    return "\n    and ".join(conditions), values
