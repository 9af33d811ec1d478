"""Text from outside as text: carriers' and legs' names must never become markup.

The one place that escapes. `as_html` for what goes through `st.html` and the grids, which is where names belong;
`as_markdown` for the few Streamlit calls that only take Markdown. Options of select boxes are text already.
"""

from __future__ import annotations

import html
import re

# Everything that Streamlit's Markdown gives a meaning: Markdown itself, HTML, $LaTeX$, :directive[…] and :icon:.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&\"'@/])")
_SPACE = re.compile(r"\s+")


def as_html(text: object) -> str:
    """The text in HTML, in an element or a quoted attribute."""
    return html.escape(str(text), quote=True)


def as_markdown(text: object) -> str:
    """The text in a line of Markdown; runs of white space become one space, so that it begins no block."""
    return _SPECIAL.sub(r"\\\1", _SPACE.sub(" ", str(text)).strip())
