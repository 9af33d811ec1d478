"""Text from outside as a terminal may show it: what would move the cursor, ring, recolour or turn the line round is
written as an escape.

Carriers' files, file names and APIs' messages are data: a reason that quotes one must not be able to hide the line
before it. Only control and format characters are touched; letters of every script are themselves.
"""

import unicodedata

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories: control, format (bidirectional overrides too), surrogate, private, unassigned, line breaks."""


def terminal_text(text: str, longest: int = 2_000) -> str:
    """One line that a terminal prints as it stands, at most `longest` characters of the text in it."""
    shown = text[:longest] + ("…" if len(text) > longest else "")
    return "".join(
        _escaped(character) if unicodedata.category(character) in _OBEYED else character for character in shown
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
