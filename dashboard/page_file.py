"""The current view as one HTML file, to send by mail: what the page has shown, without its controls.

It holds all that it needs and loads nothing: no script, no font, no image from anywhere, which its content policy says
to the browser, too. It is light on any screen, because charts and paper are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dashboard.plain_text import as_html
from dashboard.shown_page import Part
from dashboard.viewer import Viewer

_HERE = Path(__file__).parent
_BUTTON = re.compile(r"<(/?)button\b[^>]*>")
"""Buttons of our own making: `as_html` leaves no > in their attributes."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page_file(parts: Sequence[Part], title: str, viewer: Viewer, at: datetime) -> bytes:
    """The file's bytes: the parts in order, and who made it when (`at` is aware UTC)."""
    shown = "\n".join(part if isinstance(part, str) else part() for part in parts)
    style = (_HERE / "block.css").read_text() + (_HERE / "page_file.css").read_text()
    who = "" if viewer.is_local else f" by {viewer.name}, of what this person may see"
    made = f"Made {at:%Y-%m-%d %H:%M} UTC{who}."
    body = _BUTTON.sub(r"<\1span>", shown) + f'<p class="quiet">{as_html(made)}</p>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{as_html(title)}</title><style>{style}</style></head>"
        f'<body><div class="block">{body}</div></body></html>'
    ).encode()
