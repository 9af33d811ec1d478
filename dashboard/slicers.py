"""The slicers at the side: what a page can be narrowed to. Each is bound to a query parameter, so a URL is a view.

A parameter that means nothing here (a carrier that the viewer may not see, a day that is none) is dropped from the URL
by Streamlit, as if it had not been there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import streamlit as st

from dashboard.published import Figures
from dashboard.segment import ALL, FINAL, NO_CARRIER, PROVISIONAL, RESTATED, UTC_ZONE, Segment
from dashboard.sql_files import query

BOUND = "query-params"
RANGES = ("7 days", "30 days", "90 days", "All", "From – to")
DEFAULT_RANGE, WHOLE_RANGE, OWN_RANGE = RANGES[1], RANGES[3], RANGES[4]
FIGURES = {
    ALL: "Final and provisional",
    FINAL: "Final days only",
    PROVISIONAL: "Provisional days only",
    RESTATED: "Restated: the latest version",
}
LEG_TYPES = ("primary", "transfer", "attempt")


@dataclass(frozen=True)
class Published:
    """The one row of `cpm_meta`; the days are None before any day was accepted."""

    stamp: str
    published_at_utc: datetime
    first_day: date | None
    last_day: date | None


def published_facts(figures: Figures) -> Published:
    """What the published file says of itself."""
    return Published(*figures.facts(query("published"))[0])


def choose_currency(figures: Figures) -> str | None:
    """One currency at a time (D27); None if there are no figures."""
    return choose_one_currency([str(currency) for currency, _ in figures.facts(query("currencies"))])


def choose_one_currency(currencies: Sequence[str]) -> str | None:
    """One of these, the first unless chosen otherwise; None if there are none."""
    if not currencies:
        return None
    if len(currencies) == 1:
        return currencies[0]
    return st.segmented_control(
        "Currency", currencies, default=currencies[0], required=True, key="currency", bind=BOUND,
        help="Amounts in different currencies are never added.",
    )  # fmt: skip


def choose_days(facts: Published) -> tuple[date, date]:
    """The range, both days included; the last 30 days with figures unless chosen otherwise."""
    last = facts.last_day or facts.published_at_utc.date()
    first = facts.first_day or last
    chosen = st.segmented_control("Days", RANGES, default=DEFAULT_RANGE, required=True, key="days", bind=BOUND)
    if chosen == WHOLE_RANGE:
        return first, last
    if chosen == OWN_RANGE:
        range_ = st.date_input(
            "From – to", (max(first, last - timedelta(days=29)), last), format="YYYY-MM-DD", key="range", bind=BOUND
        )
        return range_of(range_) or (first, last)
    return max(first, last - timedelta(days=int(str(chosen).split()[0]) - 1)), last


def range_of(value: object) -> tuple[date, date] | None:
    """The range that a date input holds; one day alone, as between two clicks and in a URL, is both of its ends."""
    return (value[0], value[-1]) if isinstance(value, tuple) and value else None


def choose_carriers(figures: Figures) -> tuple[str, ...]:
    """Carriers by name; none chosen is all."""
    names = [name for (name,) in figures.facts("select carrier_name from dim_carrier order by 1")]
    return tuple(st.multiselect("Carriers", [*names, NO_CARRIER], key="carrier", bind=BOUND, placeholder="All"))


def choose_regions(figures: Figures) -> tuple[str, ...]:
    """Destination regions; none chosen is all."""
    names = [name for (name,) in figures.facts("select destination_region from dim_region order by 1")]
    return tuple(st.multiselect("Regions", names, key="region", bind=BOUND, placeholder="All"))


def choose_segment(figures: Figures, facts: Published) -> Segment | None:
    """All slicers of the CPM page; None if there are no figures."""
    currency = choose_currency(figures)
    if currency is None:
        return None
    first, last = choose_days(facts)
    carriers, regions = choose_carriers(figures), choose_regions(figures)
    leg_types = tuple(st.multiselect("Leg types", LEG_TYPES, key="leg_type", bind=BOUND, placeholder="All"))
    states = st.selectbox("Figures", list(FIGURES), format_func=FIGURES.__getitem__, key="figures", bind=BOUND)
    zone = st.selectbox(
        "Days of time zone", _zones(figures), key="zone", bind=BOUND,
        help="Billing days are UTC. Another zone regroups the hourly figures into its own days.",
    )  # fmt: skip
    return Segment(currency, first, last, zone, states, carriers, regions, leg_types)


def _zones(figures: Figures) -> list[str]:
    """UTC, then every zone that is named by a place, as DuckDB knows them."""
    return [UTC_ZONE, *(name for (name,) in figures.facts(query("zones")))]
