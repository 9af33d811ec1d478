"""A CSV file as records: decoding, header, delimiter, and which physical line a record began on.

Only the file's form belongs here; what the cells mean is in `deliveries.py` and the file of each kind. The file is read
line by line and never held as a whole. A quote that is never closed spoils its own line and not the rest of the file.
"""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

_LONGEST_RECORD_LINES = 20
"""How far a quoted value may run over line ends before its opening quote counts as a mistake."""
_LONGEST_LINE_BYTES = 1 << 20
"""A longer line is no record: a file of one endless line would be held in memory as a whole."""

_DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BYTE_ORDER_MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(ValueError):
    """Nothing of the file can be taken; the message says what was seen."""


class Record(NamedTuple):
    """One record: `cells` as text, or `fault` if its line cannot be read as CSV; `raw_text` is what was received."""

    line_number: int
    cells: list[str]
    raw_text: str
    fault: str | None = None


@dataclass(frozen=True)
class CsvContent:
    """The header's names (trimmed, small letters) and an iterator over the records below it.

    The iterator raises `UnreadableFile` where the file turns out not to be UTF-8.
    """

    header: list[str]
    header_text: str
    delimiter: str
    records: Iterator[Record]


def read_csv(stream: BinaryIO, delimiter: str = ",") -> CsvContent:
    """Reads UTF-8 CSV (BOM and CRLF allowed) whose first line that is not blank is the header.

    Lines without any value are skipped. Raises `UnreadableFile` for a file that is empty, not UTF-8, or has a header
    that cannot be one.
    """
    records = _records(_lines(stream), delimiter)
    first = next(records, None)
    if first is None:
        raise UnreadableFile("the file is empty: not even a header")
    if first.fault:
        raise UnreadableFile(f"the header cannot be read: {first.fault}")
    header = [name.strip().lower() for name in first.cells]
    _check_header(header, first.raw_text, delimiter)
    return CsvContent(header, first.raw_text, delimiter, records)


def raw_texts(stream: BinaryIO, line_numbers: set[int], delimiter: str = ",") -> dict[int, str]:
    """What was received in the records that begin on these lines. Reads the file again: only faults ask for it."""
    stream.seek(0)
    return {
        record.line_number: record.raw_text
        for record in _records(_lines(stream), delimiter)
        if record.line_number in line_numbers
    }


def _check_header(header: list[str], header_text: str, delimiter: str) -> None:
    if len(header) == 1:
        for other, name in _DELIMITER_NAMES.items():
            if other != delimiter and other in header_text:
                wanted = _DELIMITER_NAMES.get(delimiter, repr(delimiter))
                raise UnreadableFile(f"the columns are separated by {name}, not by {wanted}: {header_text[:200]!r}")
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise UnreadableFile(f"the header names a column twice: {', '.join(repeated)[:200]}")


def _lines(stream: BinaryIO) -> Iterator[str]:
    """The lines with their ends: CRLF, LF or, as old systems write it, CR alone."""
    line_number = 0
    while block := stream.readline(_LONGEST_LINE_BYTES):
        line_number += 1
        if len(block) == _LONGEST_LINE_BYTES:
            raise UnreadableFile(f"line {line_number} is longer than {_LONGEST_LINE_BYTES} bytes")
        if line_number == 1:
            if block.startswith(_BYTE_ORDER_MARKS_OF_UTF16):
                raise UnreadableFile("the file is not UTF-8: it begins as UTF-16; save it as CSV UTF-8")
            block = block.removeprefix(_BYTE_ORDER_MARK)
        try:
            line = block.decode()
        except UnicodeDecodeError as error:
            place = f"byte 0x{block[error.start]:02x} in line {line_number}"
            raise UnreadableFile(f"the file is not UTF-8: {place}") from None
        if line.find("\r", 0, -2) >= 0:
            yield from io.StringIO(line, newline="")
        elif line:
            yield line


def _records(lines: Iterator[str], delimiter: str) -> Iterator[Record]:
    waiting: deque[str] = deque()  # lines that were looked at for a quoted record which did not reach them

    def next_line() -> str | None:
        return waiting.popleft() if waiting else next(lines, None)

    empty = f"{delimiter} \t"
    position = 1
    while (received := next_line()) is not None:
        line = received.rstrip("\r\n")
        taken = 1
        fault = None
        if "\0" in line:
            cells, fault = [], "the line has a NUL byte in it"
        elif '"' not in line:
            cells = line.split(delimiter)
        else:
            cells, following, fault = _quoted_record(received, next_line, delimiter)
            if fault:
                waiting.extendleft(reversed(following))
            elif following:
                line = "".join([received, *following]).rstrip("\r\n")
                taken += len(following)
        if fault or line.strip(empty):
            yield Record(position, cells, line, fault)
        position += taken


def _quoted_record(
    received: str, next_line: Callable[[], str | None], delimiter: str
) -> tuple[list[str], list[str], str | None]:
    """The cells of the record that begins with a line, the lines looked at after it, or what is wrong with its line."""
    following: list[str] = []

    def lines() -> Iterator[str]:
        yield received
        while len(following) < _LONGEST_RECORD_LINES - 1 and (line := next_line()) is not None:
            following.append(line)
            yield line

    try:
        cells = next(csv.reader(lines(), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return [], following, f"the quotes of the line do not match ({error})"
    if any("\0" in cell for cell in cells):
        return [], [], "the line has a NUL byte in it"
    return cells, following, None
