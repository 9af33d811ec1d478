"""The CPM page: cost per minute by carrier and destination region."""

from __future__ import annotations

import streamlit as st

from cpm_assets.settings import Settings
from dashboard.published import Figures


def show(figures: Figures, settings: Settings) -> None:
    """The matrix and what is behind its cells."""
    st.title("Cost per minute")
    rows = figures.records(
        "select carrier_name, destination_region, currency, "
        "cost_per_minute(sum(total_cost), sum(billed_seconds)) as cpm from cpm_daily group by all order by all"
    )
    st.dataframe([{**row, "cpm": "" if row["cpm"] is None else f"{row['cpm']:.4f}"} for row in rows])
