"""TMDL text: names, descriptions, DAX strings, and objects with their properties.

The form is that of Microsoft's "Tabular Model Definition Language": one tab a level, a property after a colon, an
expression after an equals sign, an expression of several lines one level deeper than the properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def tmdl_name(name: str) -> str:
    """A name as TMDL takes it, in quotes where it needs them; what would end the line becomes a space."""
    clean = _CONTROL.sub(" ", name)
    return clean if _PLAIN_NAME.fullmatch(clean) else "'" + clean.replace("'", "''") + "'"


def dax_text(text: str) -> str:
    """A text as a DAX expression on one line, whatever is in it."""
    parts = []
    for piece in re.split(r"([\x00-\x1f\x7f\x85\u2028\u2029])", text):
        if _CONTROL.fullmatch(piece):
            parts.append(f"UNICHAR({ord(piece)})" if ord(piece) else '""')
        elif piece or text == "":
            parts.append('"' + piece.replace('"', '""') + '"')
    return " & ".join(parts) if len(parts) < 2 else f"({' & '.join(parts)})"


def described(text: str) -> list[str]:
    """The description that stands above an object."""
    clean = _CONTROL.sub(" ", text).strip()
    return [f"/// {clean}"] if clean else []


def tmdl_object(head: str, properties: Iterable[str] = (), *, description: str = "") -> list[str]:
    """An object: its description, its head, and one level deeper its properties or children."""
    return [*described(description), head, *indented(properties)]


def with_expression(head: str, expression: Sequence[str], properties: Iterable[str] = ()) -> list[str]:
    """An object with an expression of several lines, and its properties."""
    return [f"{head} =", *indented(indented(expression)), *indented(properties)]


def indented(lines: Iterable[str]) -> list[str]:
    """One level deeper; empty lines stay empty."""
    return [f"\t{line}" if line else "" for line in lines]


def document(*objects: Sequence[str]) -> str:
    """A file: its objects, an empty line between each."""
    return "\n\n".join("\n".join(lines) for lines in objects if lines) + "\n"
