"""The Internal handling page: monitor, whisper and internal legs at seat-license cost. Never in a CPM."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cpm_assets.settings import Settings
from dashboard.block import show_block
from dashboard.figure_text import EXACT_STEP, cpm_text, day_text, days_text, minutes_text, money_text
from dashboard.heading import show_heading
from dashboard.published import Figures
from dashboard.slicers import choose_days, choose_one_currency, published_facts
from dashboard.sql_files import query
from dashboard.tables import figures_html, list_html

TITLE = "Internal handling"


def show(figures: Figures, settings: Settings) -> None:
    """What seats cost by what they were used for, in a range of UTC days."""
    facts = published_facts(figures)
    if not figures.shows("internal_handling_cost"):
        show_heading(TITLE, facts, "Seat-license cost")
        st.info("This page sums over the whole company: it is shown to those who may see every carrier and region.")
        return
    with st.sidebar:
        currency = choose_one_currency([name for (name,) in figures.rows(query("handling_currencies"))])
        first, last = choose_days(facts)
    if currency is None:
        show_heading(TITLE, facts, "Seat-license cost")
        st.info(
            "No seat licenses were delivered: put them into inbox/seat_licenses, and the next run shows their cost."
        )
        return
    show_heading(TITLE, facts, f"{currency}, {days_text(first, last)}, UTC days, seat licenses")
    st.caption(
        "Monitoring, whisper and internal calls cost seats, not carriers: a month's licenses are split over its days, "
        "and a day's share over the time that was used. These figures are in no cost per minute of the other pages."
    )
    values = {"currency": currency, "first": first, "last": last}
    rows = figures.records(query("handling"), values)
    total = rows[-1]
    if total["allocated_cost"] is None:
        st.info("No seat license is in force in these days.")
        return
    show_block(
        figures_html(
            [
                ("Seat cost", money_text(total["allocated_cost"]), currency),
                ("Used", minutes_text(total["media_seconds"]), "minutes"),
                ("Per minute used", cpm_text(total["cost_per_minute"]), currency),
            ]
        ),
        key="handling_totals",
    )
    heads = ["leg type", "minutes", f"cost, {currency}", "per minute"]
    shown = [_figures_of(row["leg_type"] or "All", row) for row in rows]
    show_block(list_html("By what the seats were used for", heads, shown, numbers=3), key="handling_types")
    days = figures.records(query("handling_days"), values)
    shown = [[day_text(row["usage_date"]), *_figures_of(row["leg_type"], row)] for row in days]
    with st.expander("By day"):
        show_block(list_html("By day, the latest first", ["day", *heads], shown, numbers=3), key="handling_days")


def _figures_of(name: str, row: dict[str, Any]) -> list[str]:
    return [
        name,
        minutes_text(row["media_seconds"]),
        money_text(row["allocated_cost"], 6),
        cpm_text(row["cost_per_minute"], EXACT_STEP),
    ]
