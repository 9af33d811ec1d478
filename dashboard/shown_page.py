"""What a page has shown in this run, in order: what is exported is what was seen, and nothing else.

A part is HTML of our own making, or, for what is costly to make, a function that makes it when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

Part = str | Callable[[], str]

_KEY = "shown_page"


def begin_page() -> None:
    """Forget the last run's parts."""
    st.session_state[_KEY] = []


def remember_part(part: Part) -> None:
    """Add to what the page has shown; outside a page's run there is nothing to add to."""
    if _KEY in st.session_state:
        st.session_state[_KEY].append(part)


def shown_parts() -> list[Part]:
    """All parts that this run has shown."""
    return list(st.session_state.get(_KEY, ()))
