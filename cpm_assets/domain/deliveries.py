"""What all delivered CSV files have in common: columns, row rejects, and equal or contradicting rows.

A kind of file is a `DeliverySpec`: a table of columns and one function for what concerns several cells. Each kind has
its own file; new rules for one kind belong there. Nothing here raises for what is in a file: every record becomes
a row, collapses into an equal one, or is rejected with a reason.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from cpm_assets.domain.bounds import MAX_RAW_TEXT_BYTES
from cpm_assets.domain.csv_records import CsvContent, Record, UnreadableFile, raw_texts, read_csv
from cpm_assets.domain.field_values import BadValue, Reader
from cpm_assets.domain.raw_text import shown_text
from cpm_assets.domain.taken_rows import ParsedRow, RejectedRow, TakenRows, Values

DELIVERY_PARSER_VERSION = 3
"""Raised with every change of what any delivery parses to: the lake then reads its deliveries again."""

_SHOWN_REASONS = 20

WHOLE_FILE = 0
"""The line number of a reject that concerns the whole file."""

Cells = dict[str, object]


@dataclass(frozen=True)
class Column:
    """A column of a kind. `is_required`: the header must have it. `may_be_empty`: a cell may be (None then).

    `source` is its name in the file's header where that is another one.
    """

    name: str
    read: Reader
    is_required: bool = True
    may_be_empty: bool = False
    source: str | None = None

    @property
    def header_name(self) -> str:
        """What the file calls it."""
        return self.source or self.name


class NotCounted(Exception):  # noqa: N818 -- no error: a row that is there for something else
    """A row that is no row of this kind (an unanswered call in a list of charges); the message says what it is."""


def optional(name: str, read: Reader) -> Column:
    """A column that a file may lack and a row may leave empty."""
    return Column(name, read, is_required=False, may_be_empty=True)


@dataclass(frozen=True)
class DeliverySpec:
    """A kind of CSV file.

    `build` gets the read cells by column name (None for an empty cell or a column the file lacks) and returns the row's
    values in the order of the Parquet columns, or raises `BadValue` or `NotCounted`. `key` are the positions in those
    values that identify a row within one file; None where rows have no key, and are taken as they come.
    """

    columns: tuple[Column, ...]
    build: Callable[[Cells], Values]
    key: tuple[int, ...] | None


@dataclass(frozen=True)
class ParsedDelivery:
    """All of one file. `collapsed_rows` counts records equal to an earlier one; `headers` are an invoice file's, one
    for each invoice in it (`invoice_layouts.INVOICE_HEADER_FIELDS`)."""

    rows: Collection[ParsedRow]
    rejects: list[RejectedRow]
    warnings: list[str] = field(default_factory=list)
    collapsed_rows: int = 0
    headers: list[Values] = field(default_factory=list)


def rejected_file(reason: str, raw_text: str = "") -> ParsedDelivery:
    """A delivery of which nothing is taken."""
    return ParsedDelivery([], [RejectedRow(WHOLE_FILE, reason, shown_text(raw_text))])


def parse_delivery(spec: DeliverySpec, content: bytes) -> ParsedDelivery:
    """Reads a delivered CSV file by its kind's spec. Never raises for what is in the file."""
    stream = BytesIO(content)
    try:
        return parse_sheet(spec, read_csv(stream), stream)
    except UnreadableFile as unreadable:
        return rejected_file(str(unreadable), content[:MAX_RAW_TEXT_BYTES].decode("utf-8", "replace"))


def parse_sheet(spec: DeliverySpec, sheet: CsvContent, stream: BinaryIO) -> ParsedDelivery:
    """Reads the rows of a CSV file whose header is known, by a spec. Raises `UnreadableFile` where the file ends so.

    `stream` is the file itself, from which contradicting rows are read again.
    """
    missing = [column.name for column in spec.columns if column.is_required and column.header_name not in sheet.header]
    if missing:
        seen = ", ".join(sheet.header)[:300]
        return rejected_file(f"missing column {', '.join(missing)}; the header has: {seen}", sheet.header_text)
    known = {column.header_name for column in spec.columns}
    ignored = [name for name in sheet.header if name and name not in known]
    warnings = [f"columns ignored: {', '.join(ignored)[:1_000]}"] if ignored else []
    taken, not_counted = _rows(spec, sheet)
    lines = taken.contradicting_lines()
    rows, rejects = taken.settled(raw_texts(stream, lines, sheet.delimiter) if lines else {})
    warnings += [f"{count} row(s) not counted: {reason}" for reason, count in not_counted.most_common(_SHOWN_REASONS)]
    return ParsedDelivery(rows, rejects, warnings, taken.collapsed_rows)


def _rows(spec: DeliverySpec, sheet: CsvContent) -> tuple[TakenRows, Counter[str]]:
    """The rows taken and rejected, and how many are none, by reason."""
    header, build, key_of = sheet.header, spec.build, spec.key
    lacking: Cells = {column.name: None for column in spec.columns if column.header_name not in header}
    readers = [
        (header.index(column.header_name), column.name, column.header_name, column.read, column.may_be_empty)
        for column in spec.columns
        if column.header_name in header
    ]
    width = len(header)
    taken = TakenRows()
    not_counted: Counter[str] = Counter()
    for record in sheet.records:
        try:
            cells = _cells(record, width)
            row = lacking.copy()
            for index, name, shown_name, read, may_be_empty in readers:
                row[name] = _cell(cells[index], shown_name, read, may_be_empty)
            values = build(row)
        except NotCounted as reason:
            not_counted[str(reason)] += 1
        except BadValue as bad:
            taken.reject(record.line_number, str(bad), record.raw_text)
        else:
            taken.take(record.line_number, values, tuple([values[position] for position in key_of]) if key_of else None)
    return taken, not_counted


def _cells(record: Record, width: int) -> list[str]:
    if record.fault:
        raise BadValue(record.fault)
    if len(record.cells) != width:
        raise BadValue(f"the row has {len(record.cells)} cells, the header {width}")
    return record.cells


def _cell(text: str, name: str, read: Reader, may_be_empty: bool) -> object:
    if not text or text.isspace():
        if may_be_empty:
            return None
        raise BadValue(f"{name} is empty")
    try:
        return read(text)
    except BadValue as bad:
        raise BadValue(f"{name} {bad}") from None
