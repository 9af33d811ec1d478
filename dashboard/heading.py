"""The head of a page and of its parts: what it shows, as of when, and whose figures they are."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.block import show_block
from dashboard.figure_text import days_text
from dashboard.plain_text import as_html
from dashboard.segment import ALL, COUNTRY, Segment
from dashboard.shown_page import remember_part
from dashboard.slicers import FIGURES, Published

MOST_NAMES = 5
"""So many chosen carriers or regions are named, more are counted."""


def show_heading(title: str, facts: Published, what: str) -> None:
    """The title, one line on what is shown, and the stamp: sandbox figures are never taken for real ones (D26)."""
    st.title(title)
    remember_part(f"<h1>{as_html(title)}</h1>")
    stamp = f'<span class="badge">{as_html(facts.stamp)}</span>'
    published = f"published as of {facts.published_at_utc:%Y-%m-%d %H:%M} UTC"
    show_block(f'<p class="quiet">{as_html(what)} · {published} · {stamp}</p>', key="heading")


def show_section(title: str) -> None:
    """The title of a part of the page; a fixed text."""
    st.subheader(title)
    remember_part(f"<h2>{as_html(title)}</h2>")


def what_is_shown(segment: Segment) -> str:
    """All that is chosen, in a line: on paper, where no slicer is, it is what the figures are of."""
    zone = f"days of {segment.zone}, from hourly figures" if segment.is_local else "UTC days, as billed"
    parts = [f"{segment.currency}, {days_text(segment.first, segment.last)}, {zone}"]
    if segment.figures != ALL:
        parts.append(FIGURES[segment.figures].lower())
    leg_types = segment.leg_types if segment.is_hourly else ()
    for word, names in (("carriers", segment.carriers), ("regions", segment.regions), ("leg types", leg_types)):
        parts += chosen_names(word, names)
    if segment.search:
        parts.append(f"{'countries' if segment.places == COUNTRY else 'regions'} with “{segment.search}”")
    return " · ".join(parts)


def chosen_names(word: str, names: Sequence[str]) -> list[str]:
    """What is chosen of one slicer, as a part of that line; no part where nothing is."""
    return [f"{word}: {', '.join(names) if len(names) <= MOST_NAMES else len(names)}"] if names else []
