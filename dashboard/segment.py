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
COUNTRIES = "left join dim_region on sums.destination_region = dim_region.destination_region"
"""Only where rows are chosen by country: over all days it costs as much as adding up."""


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
    def is_local(self) -> bool:
        """Whether its days are those of a zone: restated figures exist by UTC day only."""
        return self.zone != UTC_ZONE and self.figures != RESTATED

    @property
    def is_hourly(self) -> bool:
        """Whether the sums come from hours: restated figures exist over all leg types only."""
        return self.is_local or (bool(self.leg_types) and self.figures != RESTATED)

    def narrowed(self, carrier: str | None, place: str | None) -> tuple[Segment, str | None]:
        """The segment of one cell, and the place it is of; None is all of them."""
        return replace(self, carriers=(carrier,) if carrier is not None else self.carriers), place


def segment_sql(segment: Segment, place: str | None = None) -> tuple[str, Mapping[str, object]]:
    """(SQL, values): a row per published sum: `instant, carrier_name, destination_region, is_final` and the sums."""
    table = "cpm_hourly" if segment.is_hourly else "cpm_daily_restated" if segment.figures == RESTATED else "cpm_daily"
    instant = "sums.usage_hour_utc" if segment.is_hourly else "sums.usage_date"
    conditions, values = conditions_of(segment, place, hour_utc=instant if segment.is_hourly else None)
    is_by_country = segment.places == COUNTRY and (place is not None or segment.search)
    countries = COUNTRIES if is_by_country else ""
    return query("segment", table=table, instant=instant, countries=countries, conditions=conditions), values


def legs_sql(segment: Segment, place: str | None = None) -> tuple[str, Mapping[str, object]]:
    """(SQL, values without the `limit`): a row per billable leg of which the segment's sums are."""
    conditions, values = conditions_of(segment, place, hour_utc="date_trunc('hour', sums.start_time_utc)")
    return query("legs", conditions=conditions), values


def day_of_instant(segment: Segment) -> str:
    """SQL expression of the day to which an `instant` of the segment belongs: its UTC day, or its hour's local one."""
    if segment.is_local:
        return "cast(timezone($zone, timezone('UTC', instant)) as date)"
    return "instant"


def conditions_of(
    segment: Segment, place: str | None = None, hour_utc: str | None = None
) -> tuple[str, dict[str, object]]:
    """(SQL, values) of everything that is chosen, over published sums or legs `sums`, joined with `dim_region` for a
    choice of countries; `hour_utc` is the UTC hour of a row where it is put to the segment's zone.
    """
    values: dict[str, object] = {"currency": segment.currency, "first": segment.first, "last": segment.last}
    conditions = ["sums.currency = $currency"]
    if hour_utc and segment.is_local:
        # the UTC days that can hold these local days come first: they let whole row groups be skipped
        conditions.append("sums.usage_date between $first::date - 1 and $last::date + 1")
        hours = query("local_hours")
        conditions.append(f"{hour_utc} >= (select first_hour_utc from ({hours}))")  # noqa: S608 - a text of queries/
        conditions.append(f"{hour_utc} <= (select last_hour_utc from ({hours}))")  # noqa: S608
        values["zone"] = segment.zone
    else:
        conditions.append("sums.usage_date between $first and $last")
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
