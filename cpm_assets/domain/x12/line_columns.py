"""Invoice lines kept as columns: a month of calls without an object for each line.

Only storage: what is in the columns is `call_detail.py`'s. A line becomes a tuple when it is asked for, so that what
reads a file holds half the memory and Python's garbage collector finds nothing to follow.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from cpm_assets.domain.taken_rows import ParsedRow


class LineColumns(Collection[ParsedRow]):
    """Lines of one batch: their places in the file, and one column a field (a list, or an endless repetition)."""

    def __init__(self, places: Sequence[int], columns: Sequence[Iterable[object]]) -> None:
        self._places = places
        self._columns = columns

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[ParsedRow]:
        return zip(self._places, zip(*self._columns, strict=False), strict=False)

    def __contains__(self, row: object) -> bool:
        return any(row == own for own in self)


class LineParts(Collection[ParsedRow]):
    """Lines of many batches, one after another."""

    def __init__(self, parts: Sequence[Collection[ParsedRow]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[ParsedRow]:
        return chain.from_iterable(self._parts)

    def __contains__(self, row: object) -> bool:
        return any(row in part for part in self._parts)
