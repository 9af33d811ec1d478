"""The queries' texts: one file each in `queries/`, values bound, parts put in by name.

A part is another query's text or one of a few fixed expressions, never a value.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

QUERIES = Path(__file__).parent / "queries"


def query(name: str, **parts: str) -> str:
    """The text of `queries/<name>.sql` with its `{parts}` put in."""
    return _text(name).format(**parts)


@cache
def _text(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text()
