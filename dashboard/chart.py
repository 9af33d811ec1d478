"""A chart on a page: drawn by the browser, and for an exported page as SVG."""

from __future__ import annotations

import altair as alt
import streamlit as st

from dashboard.plain_text import as_html
from dashboard.shown_page import remember_part


def show_chart(chart: alt.LayerChart, said: str) -> None:
    """Show the chart; `said` is what it is to who cannot see it."""
    st.altair_chart(chart, alt=said)
    remember_part(lambda: chart_svg(chart, said))


def chart_svg(chart: alt.LayerChart, said: str) -> str:
    """The chart as a figure of SVG, as wide as a page."""
    import vl_convert  # thirty megabytes, for exported pages alone

    svg = vl_convert.vegalite_to_svg(chart.properties(width=1000).to_dict())
    return f'<figure class="part" aria-label="{as_html(said)}">{svg}</figure>'
