"""What a command says to the person at the terminal, beside its results.

Imports nothing, so that a command that needs no Dagster starts at once.
"""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """A line for the person at the terminal; standard output is for results."""
    print(text, file=sys.stderr, flush=True)
