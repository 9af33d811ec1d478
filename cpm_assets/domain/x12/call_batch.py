"""The calls of a set on their way: a batch of TCDs as written, and what was read of it.

Only what is handed over; reading is `call_detail.py`'s, and what a segment belongs to is `service_invoice.py`'s.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple

from cpm_assets.domain.deliveries import ParsedRow, RejectedRow

CallId = tuple[int, str]
"""A TCD01 with its length before it, so that 9 comes before 10."""


@dataclass
class CallBatch:
    """TCDs in the file's order. `places`: each one's number in the file; `texts`: the account or line it hangs under.

    By position in the batch: `billed` has the minutes that a QTY of the call states, `own_texts` what its SI say.
    """

    raws: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    billed: dict[int, Decimal] = field(default_factory=dict)
    own_texts: dict[int, str] = field(default_factory=dict)

    def add(self, raws: list[str], first_place: int, text: str | None) -> None:
        self.raws += raws
        self.places += range(first_place, first_place + len(raws))
        self.texts += repeat(text, len(raws))


class Calls(NamedTuple):
    """The lines of a batch, its rejects, and the sum of the lines' amounts."""

    rows: Collection[ParsedRow]
    rejects: list[RejectedRow]
    total: Decimal
