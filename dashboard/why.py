"""Why a figure is what it is: what is behind one cell of the matrix, down to the legs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import streamlit as st

from dashboard.block import show_block
from dashboard.figure_text import (
    EXACT_STEP,
    NO_LEG,
    cell_text,
    count_text,
    cpm_text,
    days_text,
    minutes_text,
    money_text,
)
from dashboard.leg_file import leg_csv
from dashboard.plain_text import as_html
from dashboard.published import Figures
from dashboard.segment import RESTATED, UTC_ZONE, Segment, carrier_and_place, conditions_of, legs_sql, segment_sql
from dashboard.sql_files import query
from dashboard.tables import figures_html, list_html

PREFIXES, RATE_ROWS, LEGS_SHOWN = 10, 15, 25
LEGS_IN_FILE = 200_000


def show_why(figures: Figures, segment: Segment, carrier: str | None, place: str | None) -> None:
    """The panel of one cell; `carrier` and `place` are None for All."""
    cell, place = segment.narrowed(carrier, place)
    name = f"{carrier or 'All carriers'} to {place or 'all destinations'}"
    with st.container(border=True, key="why"):
        show_block(_summary_html(figures, cell, place, name), key="why_summary")
        prefixes, rates, legs = st.tabs(["Dearest prefixes", "Rate rows in force", "Legs"])
        by_utc_day = replace(cell, zone=UTC_ZONE, leg_types=())
        is_by_utc_day = by_utc_day == cell and cell.figures != RESTATED
        with prefixes:
            show_block(_prefixes_html(figures, by_utc_day, place, is_by_utc_day), key="why_prefixes")
        with rates:
            show_block(_rates_html(figures, by_utc_day, place), key="why_rates")
        with legs:
            _show_legs(figures, cell, place)


def _summary_html(figures: Figures, cell: Segment, place: str | None, name: str) -> str:
    sql, values = segment_sql(cell, place)
    totals = figures.records(query("totals", segment=sql), values)[0]
    shown = figures_html(
        [
            (
                "Cost per minute",
                cell_text(totals["cpm"], totals["unrated_legs"], totals["legs"]) or NO_LEG,
                cell.currency,
            ),
            ("Cost, exact", money_text(totals["total_cost"], 6), cell.currency),
            ("Billed", minutes_text(totals["billed_seconds"]), f"minutes ({count_text(totals['billed_seconds'])} s)"),
            ("Legs", count_text(totals["legs"]), "rated"),
            ("Unrated", count_text(totals["unrated_legs"]), "legs, in no sum"),
        ]
    )
    rules = figures.rows(
        "select carrier_name, rounding_rule_text from dim_carrier "
        "where len($carriers) = 0 or carrier_name in (select unnest($carriers)) order by 1",
        {"carriers": list(cell.carriers)},
    )
    rounding = "".join(f"<p>{as_html(carrier)} bills in {as_html(rule)}.</p>" for carrier, rule in rules)
    exact = cpm_text(totals["cpm"], EXACT_STEP) if totals["cpm"] is not None else None
    formula = f"<p class='quiet'>cost ÷ billed minutes = {exact} {as_html(cell.currency)} a minute</p>" if exact else ""
    if len(rules) > 1:
        rounding = f"<details><summary>How each carrier rounds</summary>{rounding}</details>"
    days = as_html(days_text(cell.first, cell.last))
    return f"<h3>Why: {as_html(name)}, {days}</h3>{shown}{formula}{rounding}"


def _prefixes_html(figures: Figures, segment: Segment, place: str | None, is_whole: bool) -> str:
    conditions, values = conditions_of(segment, place)
    rows = [
        [
            row["carrier_name"],
            row["prefix"],
            _rate(row["least_rate"], row["greatest_rate"]),
            count_text(row["legs"]),
            minutes_text(row["billed_seconds"]),
            money_text(row["total_cost"], 6),
            cell_text(row["cpm"], 0, row["legs"]),
        ]
        for row in figures.records(query("prefixes", conditions=conditions), {**values, "limit": PREFIXES})
    ]
    caption = f"The dearest {PREFIXES} prefixes by cost per minute, {segment.currency}"
    if not is_whole:
        caption += "; UTC days as closed, all leg types"
    heads = ["carrier", "prefix", "rate", "legs", "minutes", "cost", "cost per minute"]
    return list_html(caption, heads, rows, numbers=5)


def _rates_html(figures: Figures, segment: Segment, place: str | None) -> str:
    conditions, values = conditions_of(segment, place)
    cards, _ = carrier_and_place(segment, place)
    found = figures.records(
        query("rate_rows", conditions=conditions, card_conditions=cards), {**values, "limit": RATE_ROWS}
    )
    rows = [
        [
            row["carrier_name"],
            row["prefix"],
            row["destination_region"],
            f"{row['valid_from']} to {row['valid_to'] or '…'}",
            "" if row["initial_increment_seconds"] is None else _steps(row),
            "" if row["connection_fee"] is None else f"{row['connection_fee'].normalize():f}",
            row["currency"] or "",
            f"{row['rate_per_minute'].normalize():f}",
        ]
        for row in found
    ]
    in_all = found[0]["rows_in_all"] if found else 0
    caption = f"{count_text(in_all)} rate rows in force on these days; those that cost most first"
    heads = ["carrier", "prefix", "region", "valid (end not included)", "steps", "fee", "currency", "rate per minute"]
    return list_html(caption, heads, rows, numbers=1)


def _steps(row: Mapping[str, object]) -> str:
    minimum = f", least {row['minimum_seconds']} s" if row["minimum_seconds"] else ""
    return f"{row['initial_increment_seconds']}/{row['increment_seconds']} s{minimum}"


def _rate(least: Decimal | None, greatest: Decimal | None) -> str:
    if least is None or greatest is None:
        return ""
    return f"{least.normalize():f}" if least == greatest else f"{least.normalize():f} to {greatest.normalize():f}"


def _show_legs(figures: Figures, cell: Segment, place: str | None) -> None:
    legs, parameters = legs_sql(cell, place)
    rows = [
        [
            f"{row['start_time_utc']:%Y-%m-%d %H:%M:%S}",
            row["carrier_name"] or "",
            row["destination_number"] or "",
            row["matched_prefix"] or "",
            row["leg_type"],
            "" if row["rate_per_minute"] is None else f"{row['rate_per_minute'].normalize():f}",
            count_text(row["billed_seconds"]),
            row["rating_status"].replace("_", " ") if row["total_cost"] is None else money_text(row["total_cost"], 6),
        ]
        for row in figures.records(legs, {**parameters, "limit": LEGS_SHOWN})
    ]
    heads = ["start (UTC)", "carrier", "number", "prefix", "leg type", "rate", "billed seconds", "cost"]
    show_block(list_html(f"The first {LEGS_SHOWN} legs", heads, rows, numbers=3), key="why_legs")
    st.caption("Legs are published for some 92 days, as they were closed; sums reach back further.")
    if rows:
        st.download_button(
            "Download these legs (CSV)",
            lambda: leg_csv(figures.records(legs, {**parameters, "limit": LEGS_IN_FILE})),
            file_name="legs.csv",
            mime="text/csv",
            on_click="ignore",
        )
