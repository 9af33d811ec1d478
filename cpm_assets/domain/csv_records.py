"""CSV bytes as records: decoding, header, delimiter, and which physical line a record began on.

Only the file's form belongs here; what the cells mean is in `deliveries.py` and the file of each kind. A quote that is
never closed spoils its own line and not the rest of the file.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

_LONGEST_RECORD_LINES = 20
"""How far a quoted value may run over line ends before its opening quote counts as a mistake."""

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
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
    """The header's names (trimmed, small letters) and an iterator over the records below it."""

    header: list[str]
    header_text: str
    records: Iterator[Record]


def read_csv(content: bytes, delimiter: str = ",") -> CsvContent:
    """Reads UTF-8 CSV (BOM and CRLF allowed) whose first line that is not blank is the header.

    Lines without any value are skipped. Raises `UnreadableFile` for a file that is empty, not UTF-8, or has a header
    that cannot be one.
    """
    if content.startswith(_BYTE_ORDER_MARKS_OF_UTF16):
        raise UnreadableFile("the file is not UTF-8: it begins as UTF-16; save it as CSV UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_number = content.count(b"\n", 0, error.start) + 1
        place = f"byte 0x{content[error.start]:02x} in line {line_number}"
        raise UnreadableFile(f"the file is not UTF-8: {place}") from None
    lines = list(io.StringIO(text, newline=""))
    records = _records(lines, delimiter)
    first = next(records, None)
    if first is None:
        raise UnreadableFile("the file is empty: not even a header")
    if first.fault:
        raise UnreadableFile(f"the header cannot be read: {first.fault}")
    header = [name.strip().lower() for name in first.cells]
    _check_header(header, first.raw_text, delimiter)
    return CsvContent(header, first.raw_text, records)


def _check_header(header: list[str], header_text: str, delimiter: str) -> None:
    if len(header) == 1:
        wanted = _DELIMITERS.get(delimiter, repr(delimiter))
        for other, name in _DELIMITERS.items():
            if other != delimiter and other in header_text:
                raise UnreadableFile(f"the columns are separated by {name}, not by {wanted}: {header_text[:200]!r}")
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise UnreadableFile(f"the header names a column twice: {', '.join(repeated)[:200]}")


def _records(lines: list[str], delimiter: str) -> Iterator[Record]:
    position = 0
    blank = f"{delimiter} \t"
    while position < len(lines):
        line = lines[position].rstrip("\r\n")
        taken = 1
        fault = None
        if "\0" in line:
            cells, fault = [], "the line has a NUL byte in it"
        elif '"' not in line:
            cells = line.split(delimiter)
        else:
            cells, taken, fault = _quoted_record(lines, position, delimiter)
            if taken > 1:
                line = "".join(lines[position : position + taken]).rstrip("\r\n")
        if fault or line.strip(blank):
            yield Record(position + 1, cells, line, fault)
        position += taken


def _quoted_record(lines: list[str], position: int, delimiter: str) -> tuple[list[str], int, str | None]:
    """The cells of the record that begins at `position`, how many lines it takes, or what is wrong with its line."""
    reader = csv.reader(islice(lines, position, position + _LONGEST_RECORD_LINES), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error as error:
        return [], 1, f"the quotes of the line do not match ({error})"
    if any("\0" in cell for cell in cells):
        return [], reader.line_num, "the line has a NUL byte in it"
    return cells, reader.line_num, None
