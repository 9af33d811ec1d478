"""The CPM page: cost per minute by carrier and destination region, and why each figure is what it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import streamlit as st

from cpm_assets.settings import Settings
from dashboard.block import pick_attribute, show_block
from dashboard.cpm_matrix import EVERYTHING, Layout, matrix_html, matrix_of
from dashboard.figure_text import cell_text, count_text, day_text, minutes_text, money_text
from dashboard.heading import show_heading, what_is_shown
from dashboard.missing_days import show_missing_days
from dashboard.plain_text import as_html
from dashboard.published import Figures
from dashboard.segment import COUNTRY, REGION, RESTATED, UTC_ZONE, Segment, day_of_instant, segment_sql
from dashboard.slicers import BOUND, choose_segment, published_facts
from dashboard.sql_files import query
from dashboard.tables import figures_html
from dashboard.why import show_why

TOPS = {"25": 25, "50": 50, "100": 100, "All": EVERYTHING}
SEARCH_PIXELS = 250
BUCKETS = {"Day": "day", "Week": "week", "Month": "month"}
CELL, BUCKET = "cell", "bucket"
"""Query parameters: the chosen cell (carrier and place, empty for All) and the first day of the chosen bucket."""


def show(figures: Figures, settings: Settings) -> None:
    """The matrix of the chosen segment, its buckets in time, and what is behind the chosen cell."""
    facts = published_facts(figures)
    with st.sidebar:
        whole = choose_segment(figures, facts)
        bucket = BUCKETS[
            st.segmented_control("Buckets", list(BUCKETS), default="Week", required=True, key="by", bind=BOUND)
        ]
    if whole is None:
        show_heading("Cost per minute", facts, "No day has figures yet.")
        return
    chosen_bucket, segment = _narrowed_to_bucket(whole, bucket)
    heading = st.container()
    segment, top, carriers_in_rows = _choose_view(segment)
    with heading:
        show_heading("Cost per minute", facts, what_is_shown(segment))
        _show_notes(segment)
        show_missing_days(figures, segment.first, segment.last)
    matrix = matrix_of(figures, segment, top)
    if not matrix.cells:
        st.info("No billable leg in this selection.", icon=None)
        return
    everything = matrix.cells[None, None]
    show_block(
        figures_html(
            [
                ("Cost per minute", everything.text, segment.currency),
                ("Cost", money_text(everything.total_cost), segment.currency),
                ("Billed", minutes_text(everything.billed_seconds), "minutes"),
                ("Legs", count_text(everything.legs), "rated"),
                ("Unrated", count_text(everything.unrated_legs), "legs, in no sum"),
            ]
        ),
        key="cpm_totals",
    )
    rules = dict(figures.facts("select carrier_name, rounding_rule_text from dim_carrier"))
    cell = _chosen_cell()
    layout = Layout(segment.currency, segment.places, carriers_in_rows, cell, rules)
    show_block(matrix_html(matrix, layout) + _legend(), key="cpm_matrix", on_pick=_pick_cell)
    if cell is not None:
        show_why(figures, segment, *cell)
    searched = replace(whole, places=segment.places, search=segment.search)
    _show_buckets(figures, searched, bucket, chosen_bucket)


def _choose_view(segment: Segment) -> tuple[Segment, int, bool]:
    """How the matrix is laid out: places, how many, and what is searched for."""
    with st.container(key="view", horizontal=True):
        found = st.text_input(
            "Find a region or country", key="find", bind=BOUND, type="search", live=True, width=SEARCH_PIXELS
        )
        by = st.segmented_control(
            "Destinations", ["Regions", "Countries"], default="Regions", required=True, key="places", bind=BOUND
        )
        most = st.segmented_control("Show the largest", list(TOPS), default="25", required=True, key="top", bind=BOUND)
        across = st.segmented_control(
            "In rows", ["Destinations", "Carriers"], default="Destinations", required=True, key="rows", bind=BOUND
        )
    place = COUNTRY if by == "Countries" else REGION
    return replace(segment, places=place, search=(found or "").strip()), TOPS[str(most)], across == "Carriers"


def _show_notes(segment: Segment) -> None:
    """What the selection cannot say, said."""
    if segment.figures == RESTATED and (segment.zone != UTC_ZONE or segment.leg_types):
        st.warning("Restated figures exist by UTC day and over all leg types: zone and leg types are not applied.")
    elif segment.zone != UTC_ZONE:
        st.caption(
            "Hours belong to the local day in which they begin; a zone off the full hour splits no hour. "
            "Carriers bill UTC days."
        )


def _legend() -> str:
    swatches = "".join(f'<i class="shade-{step}"></i>' for step in range(1, 6))
    return (
        f'<p class="legend quiet"><span>{swatches} a fifth of the cells each, cheapest to dearest</span>'
        "<span>° has unrated legs beside it</span><span>All is re-weighted: cost ÷ minutes</span>"
        "<span>Choose a figure to see what is behind it</span></p>"
    )


def _chosen_cell() -> tuple[str | None, str | None] | None:
    chosen = st.query_params.get_all(CELL)
    return (chosen[0] or None, chosen[1] or None) if len(chosen) == 2 else None


def _pick_cell(value: Any) -> None:
    """Choose a cell, or close it when it is chosen already."""
    if not isinstance(value, list) or len(value) != 2:
        return
    if _chosen_cell() == tuple(value):
        del st.query_params[CELL]
    else:
        st.query_params[CELL] = [part or "" for part in value]


def _narrowed_to_bucket(segment: Segment, bucket: str) -> tuple[date | None, Segment]:
    """The chosen bucket's first day, and the segment within it; a bucket that is none of the range is none."""
    try:
        first = date.fromisoformat(st.query_params.get(BUCKET, ""))
        following = (first + timedelta(days={"day": 1, "week": 7, "month": 31}[bucket])).replace(
            **({"day": 1} if bucket == "month" else {})
        )
    except (ValueError, OverflowError):  # no day, or one at the calendar's end
        return None, segment
    if following <= segment.first or first > segment.last:
        return None, segment
    return first, replace(
        segment, first=max(first, segment.first), last=min(following - timedelta(days=1), segment.last)
    )


def _pick_bucket(value: Any) -> None:
    if st.query_params.get(BUCKET) == value:
        del st.query_params[BUCKET]
    else:
        st.query_params[BUCKET] = str(value)


def _show_buckets(figures: Figures, whole: Segment, bucket: str, chosen: date | None) -> None:
    """One row per bucket of the whole range; choosing one narrows the page to it."""
    sql, values = segment_sql(whole)
    rows = []
    for row in figures.records(query("buckets", segment=sql, day=day_of_instant(whole)), {**values, "bucket": bucket}):
        first = row["bucket"]
        name = f"{first:%B %Y}" if bucket == "month" else f"{first:%G-W%V}" if bucket == "week" else day_text(first)
        pressed = "true" if first == chosen else "false"
        cpm = as_html(cell_text(row["cpm"], row["unrated_legs"], row["legs"]))
        rows.append(
            f'<tr><th scope="row">{name}</th><td><button type="button" tabindex="{-1 if rows else 0}" '
            f'aria-pressed="{pressed}" {pick_attribute(first.isoformat())}>{cpm}</button></td>'
            f"<td><span>{money_text(row['total_cost'])}</span></td>"
            f"<td><span>{minutes_text(row['billed_seconds'])}</span></td>"
            f"<td><span>{count_text(row['unrated_legs']) if row['unrated_legs'] else ''}</span></td>"
            f"<td><span>{'' if row['is_final'] else 'provisional'}</span></td></tr>"
        )
    heads = ("cost per minute", f"cost, {whole.currency}", "billed minutes", "unrated legs", "state")
    head = "".join(f'<th scope="col">{as_html(text)}</th>' for text in heads)
    show_block(
        f'<h3>By {bucket}</h3><div class="scroll" tabindex="-1"><table class="grid"><thead><tr><th scope="col">{bucket}'
        f"</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>",
        key="cpm_buckets",
        on_pick=_pick_bucket,
    )
