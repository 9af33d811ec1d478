"""A block of a page: HTML of our own making, shown in the page's theme, whose buttons can be picked.

The one place that hands HTML to the browser. Everything that comes from outside is escaped by `plain_text.as_html`
where the HTML is made. A button with `data-pick` (JSON) calls back with that value; arrow keys move between the
buttons of a grid.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.plain_text import as_html
from dashboard.shown_page import remember_part

_HERE = Path(__file__).parent
_block = st.components.v2.component(
    "cpm_block",
    html='<div class="block"></div>',
    css=(_HERE / "block.css").read_text(),
    js=(_HERE / "block.js").read_text(),
)


def show_block(html: str, key: str, on_pick: Callable[[Any], None] | None = None) -> None:
    """Show HTML; `on_pick` is called with a picked button's value before the page runs again."""

    def picked() -> None:
        value = st.session_state[key].get("pick")
        if on_pick is not None and value is not None:
            on_pick(value)

    _block(key=key, data={"html": html}, on_pick_change=picked)
    remember_part(f'<div class="part">{html}</div>')


def pick_attribute(value: object) -> str:
    """The attribute of a button that stands for `value`."""
    return f'data-pick="{as_html(json.dumps(value))}"'
