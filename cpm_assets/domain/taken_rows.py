"""The rows of one file as they are read: equal rows of one key collapse, contradicting ones are all rejected.

Only what is kept of each row and for how long. A file's text is not: who wants to show rows that contradict each other
reads them again, so that a month of calls takes the memory of its values and no more.
"""

from collections.abc import Mapping
from typing import NamedTuple

from cpm_assets.domain.raw_text import shown_text

Values = tuple[object, ...]
ParsedRow = tuple[int, Values]
"""A row taken: the line it begins on and its values. Plain tuples: a deck holds 250,000, and Python's garbage collector
stops looking at these."""


class RejectedRow(NamedTuple):
    """A record or, with `line_number` 0, a whole file that was not taken."""

    line_number: int
    reason: str
    raw_text: str


class TakenRows:
    """Takes rows in the order of the file; `collapsed_rows` counts those equal to an earlier one."""

    def __init__(self) -> None:
        self.collapsed_rows = 0
        self._rows: list[ParsedRow] = []
        self._rejects: list[RejectedRow] = []
        self._place_of: dict[Values, int] = {}
        self._contradicting: dict[Values, list[int]] = {}

    def take(self, line_number: int, values: Values, key: Values | None) -> None:
        """A row; None identifies nothing."""
        if key is not None:
            place = self._place_of.setdefault(key, len(self._rows))
            if place < len(self._rows):
                first_line, first_values = self._rows[place]
                if key in self._contradicting:
                    self._contradicting[key].append(line_number)
                elif first_values == values:
                    self.collapsed_rows += 1
                else:
                    self._contradicting[key] = [first_line, line_number]
                return
        self._rows.append((line_number, values))

    def reject(self, line_number: int, reason: str, raw_text: str) -> None:
        """A record that cannot be taken."""
        self._rejects.append(RejectedRow(line_number, reason, shown_text(raw_text)))

    def contradicting_lines(self) -> set[int]:
        """The lines of rows that have one key and different values."""
        return {line for lines in self._contradicting.values() for line in lines}

    def settled(self, raw_text_of: Mapping[int, str]) -> tuple[list[ParsedRow], list[RejectedRow]]:
        """What is taken and, by line, what is not. `raw_text_of` has the text of the contradicting lines."""
        if not self._contradicting:
            return self._rows, self._rejects
        rejects = list(self._rejects)
        for lines in self._contradicting.values():
            reason = f"rows with one key have different values: lines {', '.join(map(str, lines[:10]))}"
            rejects += [RejectedRow(line, reason, shown_text(raw_text_of[line])) for line in lines]
        dropped = {self._place_of[key] for key in self._contradicting}
        rows = [row for place, row in enumerate(self._rows) if place not in dropped]
        return rows, sorted(rejects, key=lambda reject: reject.line_number)
