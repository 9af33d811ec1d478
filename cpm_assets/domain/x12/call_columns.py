"""The columns of a batch of TCDs that are written alike, taken apart and read as wholes by Arrow.

Belongs here: how a column is looked at as a whole, and turned into values without an object for each. What a value may
be is `element_values.py`'s: a column that is not plain is read by it, once for each text that occurs. Every function
raises ValueError for a column that is not to be read here; then each call is read by itself.
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from cpm_assets.domain.bounds import MAX_DURATION_SECONDS
from cpm_assets.domain.x12.element_values import NATIONAL_LENGTH

Bytes = npt.NDArray[np.uint8]

MONEY = pa.decimal128(18, 6)
_DAY_LENGTH = len("CCYYMMDD")
_INTERNATIONAL_LENGTHS = (11, 15)
_LONGEST_PLAIN_SECONDS = len(str(MAX_DURATION_SECONDS))
_MICROSECONDS = 1_000_000
_PLAIN_AMOUNTS = r"^[0-9]{1,6}(\.[0-9]{1,6})?$"
"""Within a line's bounds whatever the digits are."""


def elements(text: str, separator: str, terminator: str, wanted: Collection[int]) -> dict[int, pa.Array]:
    """These elements of segments that all have the same number of them, as text; one that they lack is not there."""
    width = text[: text.index(terminator)].count(separator) + 1
    names = [str(place) for place in range(width)]
    taken = [name for place, name in enumerate(names) if place in wanted]
    table = pyarrow.csv.read_csv(
        pa.py_buffer(text.replace(terminator, "\n").encode("ascii")),
        pyarrow.csv.ReadOptions(use_threads=False, column_names=names, block_size=len(text) + 1),
        pyarrow.csv.ParseOptions(delimiter=separator, quote_char=False),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, include_columns=taken,
            check_utf8=False,
        ),
    )  # fmt: skip
    return {int(name): table[name].combine_chunks() for name in taken}


def is_empty(column: pa.Array) -> bool:
    """Whether no text of it has a character."""
    return len(_data(column)) == 0


def ascend(ids: pa.Array) -> bool:
    """Whether the texts, all of one length, rise from each to the next."""
    return _length_of_all(ids) is not None and bool(pc.all(pc.less(ids[:-1], ids[1:])).as_py() is not False)


def starts(days: pa.Array, clocks: pa.Array, read_day: Callable[[str], date]) -> tuple[pa.Array, pa.Array]:
    """The starts as written, date and time, and as instants of the carrier's clock."""
    day_bytes, clock_bytes = _matrix(days, (_DAY_LENGTH,)), _matrix(clocks, (4, 6))
    blank = np.full((len(days), 1), ord(" "), dtype=np.uint8)
    texts = _strings(np.hstack((day_bytes, blank, clock_bytes)))
    encoded = days.dictionary_encode()
    of_days = np.array([read_day(day).isoformat() for day in encoded.dictionary.to_pylist()], dtype="datetime64[us]")
    units = (clock_bytes[:, 0::2] - ord("0")).astype(np.int64) * 10 + (clock_bytes[:, 1::2] - ord("0"))
    if (units >= np.array([24, 60, 60])[: units.shape[1]]).any():
        raise ValueError("a time that no clock shows")
    seconds = units @ np.array([3600, 60, 1])[: units.shape[1]]
    instants = of_days[encoded.indices.to_numpy()] + seconds.astype(np.int64) * _MICROSECONDS
    return texts, pa.array(instants)


def are_to_the_minute(clocks: pa.Array) -> bool:
    """Whether the times, all of one length, have no seconds."""
    return _length_of_all(clocks) == len("HHMM")


def called_numbers(numbers: pa.Array, read: Callable[[str], str]) -> pa.Array:
    """Digits with the country code: a column in one of the two plain forms is looked at as a whole."""
    shortest, longest = _lengths(numbers)
    if shortest == longest == NATIONAL_LENGTH and _are_digits(numbers):
        digits = _matrix(numbers, (NATIONAL_LENGTH,))
        if (digits[:, [0, 3]] >= ord("2")).all():
            return _strings(np.hstack((np.full((len(numbers), 1), ord("1"), dtype=np.uint8), digits)))
    at_least, at_most = _INTERNATIONAL_LENGTHS
    if at_least <= shortest and longest <= at_most and _are_digits(numbers):
        firsts = _data(numbers)[np.frombuffer(numbers.buffers()[1], dtype=np.int32)[: len(numbers)]]
        if (firsts != ord("0")).all():
            return numbers
    return each_text(numbers, read, pa.string())


def whole_seconds(column: pa.Array, read: Callable[[str], int]) -> pa.Array:
    """Durations in seconds."""
    shortest, longest = _lengths(column)
    if shortest >= 1 and longest < _LONGEST_PLAIN_SECONDS and _are_digits(column):
        return pc.cast(column, pa.int64())
    return each_text(column, read, pa.int64())


def amounts(column: pa.Array, read: Callable[[str], Any]) -> pa.Array:
    """Amounts of money."""
    if pc.all(pc.match_substring_regex(column, _PLAIN_AMOUNTS)).as_py():
        return pc.cast(column, MONEY)
    return each_text(column, read, MONEY)


def each_text(column: pa.Array, read: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """Reads each text that occurs once."""
    encoded = column.dictionary_encode()
    return pa.array([read(text) for text in encoded.dictionary.to_pylist()], kind).take(encoded.indices)


def _data(column: pa.Array) -> Bytes:
    """The characters of all texts, one after another."""
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[: len(column) + 1]
    return np.frombuffer(data or b"", dtype=np.uint8)[: ends[-1] if len(ends) else 0]


def _lengths(column: pa.Array) -> tuple[int, int]:
    found = pc.min_max(pc.binary_length(column)).as_py()
    return found["min"], found["max"]


def _length_of_all(column: pa.Array) -> int | None:
    shortest, longest = _lengths(column)
    return shortest if shortest == longest else None


def _are_digits(column: pa.Array) -> bool:
    return _data(column).tobytes().isdigit()


def _matrix(column: pa.Array, lengths: Collection[int]) -> Bytes:
    """Digits, a row a text, of a column whose texts all have one of these lengths."""
    length = _length_of_all(column)
    if length is None or length not in lengths or not _are_digits(column):
        raise ValueError("not digits of one length")
    return _data(column).reshape(len(column), length)


def _strings(rows: Bytes) -> pa.Array:
    count, width = rows.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(rows)))
