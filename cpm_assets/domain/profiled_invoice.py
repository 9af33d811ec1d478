"""A CSV invoice read by its profile: each row to an invoice line, or to the reason why it is none.

What a profile says is in `invoice_profile.py`, how single cells are read in `invoice_cells.py`. Nothing here raises for
what is in a file.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO

from cpm_assets.domain.bounds import MAX_DURATION_SECONDS
from cpm_assets.domain.csv_records import UnreadableFile, read_csv
from cpm_assets.domain.deliveries import (
    Cells,
    Column,
    DeliverySpec,
    NotCounted,
    ParsedDelivery,
    ParsedRow,
    Values,
    parse_sheet,
    rejected_file,
)
from cpm_assets.domain.field_values import BadValue, Reader, currency_code, plain_text, shortened
from cpm_assets.domain.invoice_cells import (
    billed_minutes_reader,
    charge_reader,
    minutes_of,
    number_reader,
    rate_reader,
    seconds_reader,
    start_reader,
)
from cpm_assets.domain.invoice_layouts import LayoutReader, kind_of_charge
from cpm_assets.domain.invoice_profile import TOTAL, InvoiceProfile

_NEEDED_OF_A_CALL = {"number": "number", "start": "start"}
_ROW = "row"
_KEY = (0, 1)
"""Invoice number and line number identify a line."""


def profile_reader(profile: InvoiceProfile) -> LayoutReader:
    """The layout's reader."""

    def read(stream: BinaryIO, file_name_stem: str) -> ParsedDelivery:
        content = stream.read()
        try:
            sheet = read_csv(content, profile.delimiter)
            totals: list[Decimal] = []
            spec = _spec(profile, sheet.header, file_name_stem, totals)
        except UnreadableFile as unreadable:
            return rejected_file(str(unreadable), content[:10_000].decode("utf-8", "replace"))
        parsed = parse_sheet(spec, sheet)
        rows = _numbered(parsed.rows) if "line_number" not in profile.columns else parsed.rows
        return ParsedDelivery(
            rows, parsed.rejects, parsed.warnings, parsed.collapsed_rows, _headers(rows, totals, profile)
        )

    return read


def _spec(profile: InvoiceProfile, header: list[str], stem: str, totals: list[Decimal]) -> DeliverySpec:
    """The columns that this file has, and how a row of it becomes a line. Raises `UnreadableFile` where one lacks."""
    readers = _readers(profile)
    columns: list[Column] = []
    tried: dict[str, tuple[str, ...]] = {}
    currency = profile.fixed_currency
    for field, names in profile.columns.items():
        found = [place for name in names if (place := name.found_in(header))]
        if not found and field not in profile.may_be_absent:
            wanted = " or ".join(name.text for name in names)
            raise UnreadableFile(f"missing column {wanted}; the header has: {', '.join(header)[:300]}")
        currency = next((stated.upper() for _, stated in found if stated), currency)
        tried[field] = tuple(f"{field} {place}" for place in range(len(found)))
        columns += [
            Column(key, readers[field], may_be_empty=True, source=source)
            for key, (source, _) in zip(tried[field], found, strict=True)
        ]
    for column in (*(each.column for each in profile.row_filters), profile.kind_column):
        if column is not None:
            if column not in header:
                raise UnreadableFile(f"missing column {column}; the header has: {', '.join(header)[:300]}")
            columns.append(Column(f"{_ROW} {column}", plain_text, may_be_empty=True, source=column))
    build = _line_builder(profile, tried, {key.name: key.header_name for key in columns}, currency, stem, totals)
    return DeliverySpec(tuple(columns), build, _KEY if "line_number" in tried else None)


def _readers(profile: InvoiceProfile) -> dict[str, Reader]:
    start = start_reader(profile)
    return {
        "invoice_number": plain_text,
        "line_number": plain_text,
        "internal_leg_reference": plain_text,
        "sip_call_id": plain_text,
        "number": number_reader(profile),
        "start": start,
        "end": start,
        "duration": seconds_reader(profile.duration_unit),
        "billed": billed_minutes_reader(profile.billed_unit),
        "charge": charge_reader(profile),
        "currency": lambda text: currency_code(text.upper()),
        "stated_rate": rate_reader(profile),
        "description": plain_text,
    }


def _line_builder(
    profile: InvoiceProfile,
    tried: dict[str, tuple[str, ...]],
    shown: dict[str, str],
    currency: str | None,
    stem: str,
    totals: list[Decimal],
) -> Callable[[Cells], Values]:
    """The function from a row's cells to a line in the order of `INVOICE_LINE_FIELDS`."""
    filters = [(f"{_ROW} {each.column}", each.column, each.counted) for each in profile.row_filters]
    kind_cell = f"{_ROW} {profile.kind_column}" if profile.kind_column else None
    kinds = profile.kinds

    def value(cells: Cells, field: str) -> object:
        for key in tried.get(field, ()):
            if cells[key] is not None:
                return cells[key]
        return None

    def needed(cells: Cells, field: str) -> object:
        found = value(cells, field)
        if found is None:
            names = " and ".join(shown[key] for key in tried[field]) if tried.get(field) else field
            raise BadValue(f"{names} is empty")
        return found

    def build(cells: Cells) -> Values:
        for cell, column, counted in filters:
            written = cells[cell]
            if not isinstance(written, str) or written.lower() not in counted:
                raise NotCounted(f"{column} is {shortened(str(written or ''))}")
        kind = kinds.get(str(cells[kind_cell] or "").lower()) if kind_cell else None
        charge = needed(cells, "charge")
        assert isinstance(charge, Decimal)  # noqa: S101 -- as read; tells mypy
        if kind == TOTAL:
            totals.append(charge)
            raise NotCounted("it is the total")
        is_call = kind in (None, "call", "credit")
        start = needed(cells, "start") if is_call else value(cells, "start")
        number = needed(cells, "number") if is_call else value(cells, "number")
        duration = _duration(value(cells, "duration"), start, value(cells, "end"), profile.duration_is_billed)
        if is_call and duration is None:
            needed(cells, "duration" if "duration" in tried else "end")
        billed = value(cells, "billed")
        if billed is None and profile.duration_is_billed and isinstance(written := value(cells, "duration"), int):
            billed = minutes_of(written)
        return (
            stem if profile.number_from_file_name else needed(cells, "invoice_number"),
            needed(cells, "line_number") if "line_number" in tried else None,
            value(cells, "internal_leg_reference"),
            value(cells, "sip_call_id"),
            number,
            *(start if isinstance(start, tuple) else (None, None, None)),
            duration,
            billed,
            charge,
            value(cells, "currency") or currency,
            kind_of_charge(charge) if kind in (None, "call") else kind,
            value(cells, "stated_rate"),
            value(cells, "description"),
        )

    return build


def _duration(stated: object, start: object, end: object, is_billed: bool) -> int | None:
    """Seconds: as stated, or from start to end where nothing is stated or what is stated was rounded for billing."""
    if isinstance(stated, int) and not (is_billed and end is not None):
        return stated
    if not (isinstance(start, tuple) and isinstance(end, tuple)):
        return stated if isinstance(stated, int) else None
    began, ended = (local or utc for _, local, utc in (start, end))
    assert isinstance(began, datetime) and isinstance(ended, datetime)  # noqa: S101 -- one of each is there
    seconds = round((ended - began).total_seconds())
    if not 0 <= seconds <= MAX_DURATION_SECONDS:
        raise BadValue(f"it ends {seconds} s after its start, which is not within 0 and {MAX_DURATION_SECONDS}")
    return seconds


def _numbered(rows: Collection[ParsedRow]) -> list[ParsedRow]:
    """The lines of a layout without line numbers: the line of the file they begin on is their number."""
    return [(place, (values[0], str(place), *values[2:])) for place, values in rows]


def _headers(rows: Collection[ParsedRow], totals: list[Decimal], profile: InvoiceProfile) -> list[Values]:
    """One per invoice in the file. A total is stated of the one invoice of a file; of several nobody says which."""
    numbers = dict.fromkeys(values[0] for _, values in rows)
    stated = totals[0] if len(totals) == 1 and len(numbers) == 1 else None
    zero = Decimal(0)
    return [(number, None, profile.fixed_currency, stated, zero, None, None, None) for number in numbers]
