"""Invoice lines kept as Arrow columns: a month of calls without an object for each line.

Only storage: what is in the columns is `call_detail.py`'s. A line becomes a tuple when it is asked for; what writes the
lines takes the columns as they are.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

import pyarrow as pa

from cpm_assets.domain.taken_rows import ParsedRow


class LineColumns(Collection[ParsedRow]):
    """Lines of one batch: their places in the file, and a column for each of `INVOICE_LINE_FIELDS`."""

    def __init__(self, places: pa.Array, columns: Sequence[pa.Array]) -> None:
        self.places = places
        self.columns = columns

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[ParsedRow]:
        values = zip(*(column.to_pylist() for column in self.columns), strict=True)
        return zip(self.places.to_pylist(), values, strict=True)

    def __contains__(self, row: object) -> bool:
        return any(row == own for own in self)


class LineParts(Collection[ParsedRow]):
    """Lines of many batches, one after another. `parts`: each batch's, as columns or as tuples."""

    def __init__(self, parts: Sequence[Collection[ParsedRow]]) -> None:
        self.parts = parts

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __iter__(self) -> Iterator[ParsedRow]:
        return chain.from_iterable(self.parts)

    def __contains__(self, row: object) -> bool:
        return any(row in part for part in self.parts)
