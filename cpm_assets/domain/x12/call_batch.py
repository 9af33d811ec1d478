"""The calls of a set on their way: a batch of TCDs as written, and what was read of it.

Only what is handed over; reading is `call_detail.py`'s, and what a segment belongs to is `service_invoice.py`'s.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple

from cpm_assets.domain.taken_rows import ParsedRow, RejectedRow

CallId = tuple[int, str]
"""A TCD01 with its length before it, so that 9 comes before 10."""


@dataclass
class CallBatch:
    """TCDs in the file's order, as written. `places`: each one's number in the file; `texts`: what it hangs under.

    By position in the batch: `billed` has the minutes that a QTY of the call states, `own_texts` what its SI say.
    """

    terminator: str
    written: list[str] = field(default_factory=list)
    """Segments with their terminators, some or many to a text: those of a file's piece need not be taken apart."""
    places: list[int] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    billed: dict[int, Decimal] = field(default_factory=dict)
    own_texts: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.places)

    def add(self, written: str, count: int, first_place: int, text: str | None) -> None:
        """`count` segments, each with its terminator, the first being number `first_place` of the file."""
        self.written.append(written)
        self.places += range(first_place, first_place + count)
        self.texts += repeat(text, count)

    def raws(self) -> list[str]:
        """Each segment as written, without its terminator."""
        raws = "".join(self.written).split(self.terminator)
        raws.pop()
        return raws


class Calls(NamedTuple):
    """The lines of a batch, its rejects, and the sum of the lines' amounts."""

    rows: Collection[ParsedRow]
    rejects: list[RejectedRow]
    total: Decimal
