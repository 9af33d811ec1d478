"""The head of a page: what it shows, as of when, and whose figures they are."""

from __future__ import annotations

import streamlit as st

from dashboard.block import show_block
from dashboard.plain_text import as_html
from dashboard.slicers import Published


def show_heading(title: str, facts: Published, what: str) -> None:
    """The title, one line on what is shown, and the stamp: sandbox figures are never taken for real ones (D26)."""
    st.title(title)
    stamp = f'<span class="badge">{as_html(facts.stamp)}</span>'
    published = f"published as of {facts.published_at_utc:%Y-%m-%d %H:%M} UTC"
    show_block(f'<p class="quiet">{as_html(what)} · {published} · {stamp}</p>', key="heading")
