"""The calls of a set on their way: a batch of TCDs as written, and what was read of it.

Only what is handed over; reading is `call_detail.py`'s, and what a segment belongs to is `service_invoice.py`'s.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from cpm_assets.domain.taken_rows import ParsedRow, RejectedRow

CallId = tuple[int, str]
"""A TCD01 with its length before it, so that 9 comes before 10."""


class Run(NamedTuple):
    """Segments one after another that hang under the same levels: the first one's number in the file, how many, what
    the levels are called."""

    first_place: int
    segments: int
    text: str | None


@dataclass
class CallBatch:
    """TCDs in the file's order, as written.

    By position in the batch: `billed` has the minutes that a QTY of the call states, `own_texts` what its SI say.
    """

    terminator: str
    written: list[str] = field(default_factory=list)
    """Segments with their terminators, some or many to a text: those of a file's piece need not be taken apart."""
    runs: list[Run] = field(default_factory=list)
    billed: dict[int, Decimal] = field(default_factory=dict)
    own_texts: dict[int, str] = field(default_factory=dict)
    _count: int = 0

    def __len__(self) -> int:
        return self._count

    def add(self, written: str, count: int, first_place: int, text: str | None) -> None:
        """`count` segments, each with its terminator, the first being number `first_place` of the file."""
        self.written.append(written)
        self.runs.append(Run(first_place, count, text))
        self._count += count

    def raws(self) -> list[str]:
        """Each segment as written, without its terminator."""
        raws = "".join(self.written).split(self.terminator)
        raws.pop()
        return raws

    def places_and_texts(self) -> Iterator[tuple[int, str | None]]:
        """Of each segment: its number in the file, and what it hangs under."""
        for first_place, segments, text in self.runs:
            yield from zip(range(first_place, first_place + segments), repeat(text, segments), strict=True)

    def places_column(self) -> pa.Array:
        """The numbers in the file."""
        return pa.array(
            np.concatenate([np.arange(run.first_place, run.first_place + run.segments) for run in self.runs])
        )

    def texts_column(self) -> pa.Array:
        """What they hang under."""
        return pa.concat_arrays([pa.repeat(pa.scalar(run.text, pa.string()), run.segments) for run in self.runs])


class Calls(NamedTuple):
    """The lines of a batch, its rejects, and the sum of the lines' amounts."""

    rows: Collection[ParsedRow]
    rejects: list[RejectedRow]
    total: Decimal
