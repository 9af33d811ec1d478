"""What all delivered CSV files have in common: columns, row rejects, and equal or contradicting rows.

A kind of file is a `DeliverySpec`: a table of columns and one function for what concerns several cells. Each kind has
its own file; new rules for one kind belong there. Nothing here raises for what is in a file: every record becomes
a row, collapses into an equal one, or is rejected with a reason.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from cpm_assets.domain.csv_records import CsvContent, Record, UnreadableFile, read_csv
from cpm_assets.domain.field_values import BadValue, Reader
from cpm_assets.domain.raw_text import shown_text

DELIVERY_PARSER_VERSION = 3
"""Raised with every change of what any delivery parses to: the lake then reads its deliveries again."""

_SHOWN_REASONS = 20

WHOLE_FILE = 0
"""The line number of a reject that concerns the whole file."""

Values = tuple[object, ...]
Cells = dict[str, object]
ParsedRow = tuple[int, Values]
"""A row taken: the line it begins on and its values. Plain tuples: a deck holds 250,000, and Python's garbage collector
stops looking at these."""


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


class RejectedRow(NamedTuple):
    """A record or, with `line_number` 0, a whole file that was not taken."""

    line_number: int
    reason: str
    raw_text: str


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
    try:
        sheet = read_csv(content)
    except UnreadableFile as unreadable:
        return rejected_file(str(unreadable), content[:10_000].decode("utf-8", "replace"))
    return parse_sheet(spec, sheet)


def parse_sheet(spec: DeliverySpec, sheet: CsvContent) -> ParsedDelivery:
    """Reads the rows of a CSV file whose header is known, by a spec."""
    missing = [column.name for column in spec.columns if column.is_required and column.header_name not in sheet.header]
    if missing:
        seen = ", ".join(sheet.header)[:300]
        return rejected_file(f"missing column {', '.join(missing)}; the header has: {seen}", sheet.header_text)
    known = {column.header_name for column in spec.columns}
    ignored = [name for name in sheet.header if name and name not in known]
    warnings = [f"columns ignored: {', '.join(ignored)[:1_000]}"] if ignored else []
    not_counted: Counter[str] = Counter()
    rows, rejects, collapsed = _rows(spec, sheet, not_counted)
    warnings += [f"{count} row(s) not counted: {reason}" for reason, count in not_counted.most_common(_SHOWN_REASONS)]
    return ParsedDelivery(rows, rejects, warnings, collapsed)


def _rows(
    spec: DeliverySpec, sheet: CsvContent, not_counted: Counter[str]
) -> tuple[list[ParsedRow], list[RejectedRow], int]:
    header, build, key_of = sheet.header, spec.build, spec.key
    lacking: Cells = {column.name: None for column in spec.columns if column.header_name not in header}
    readers = [
        (header.index(column.header_name), column.name, column.header_name, column.read, column.may_be_empty)
        for column in spec.columns
        if column.header_name in header
    ]
    width = len(header)
    keyless: list[ParsedRow] = []
    taken: dict[Values, tuple[int, Values, str]] = {}
    contradicting: dict[Values, list[tuple[int, str]]] = {}
    rejects: list[RejectedRow] = []
    collapsed = 0
    for record in sheet.records:
        try:
            cells = _cells(record, width)
            row = lacking.copy()
            for index, name, shown_name, read, may_be_empty in readers:
                row[name] = _cell(cells[index], shown_name, read, may_be_empty)
            values = build(row)
        except NotCounted as reason:
            not_counted[str(reason)] += 1
            continue
        except BadValue as bad:
            rejects.append(RejectedRow(record.line_number, str(bad), shown_text(record.raw_text)))
            continue
        if key_of is None:
            keyless.append((record.line_number, values))
            continue
        key = tuple([values[position] for position in key_of])
        same = taken.get(key)
        if key in contradicting:
            contradicting[key].append((record.line_number, record.raw_text))
        elif same is None:
            taken[key] = record.line_number, values, record.raw_text
        elif same[1] == values:
            collapsed += 1
        else:
            contradicting[key] = [(same[0], same[2]), (record.line_number, record.raw_text)]
            del taken[key]
    for places in contradicting.values():
        rejects += _contradictions(places)
    rejects.sort(key=lambda reject: reject.line_number)
    return keyless or [(line_number, values) for line_number, values, _ in taken.values()], rejects, collapsed


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


def _contradictions(places: list[tuple[int, str]]) -> list[RejectedRow]:
    """One reject for each of the rows, by line and raw text, that have one key and different values."""
    lines = ", ".join(str(line_number) for line_number, _ in places[:10])
    reason = f"rows with one key have different values: lines {lines}"
    return [RejectedRow(line_number, reason, shown_text(raw_text)) for line_number, raw_text in places]
