"""Who looks: the person whose rows a page may show.

Belongs here: who the present viewer is. Which rows a viewer may see is `visible_rows.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """A person and the groups they are in, by the names that grants use."""

    name: str
    groups: frozenset[str] = frozenset()


LOCAL = Viewer("local")
"""Whoever sits at this machine: without a sign-in the dashboard answers on loopback only."""


def current_viewer() -> Viewer:
    """The viewer of the present session."""
    return LOCAL
