"""A CSV invoice read by its profile: its columns found in the header, its lines, and one header for each invoice.

What a profile says is in `invoice_profile.py`, how cells are read in `invoice_cells.py` and rows in `profiled_line.py`.
Nothing here raises for what is in a file.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import BinaryIO

from cpm_assets.domain.bounds import MAX_RAW_TEXT_BYTES
from cpm_assets.domain.csv_records import UnreadableFile, read_csv
from cpm_assets.domain.deliveries import Column, DeliverySpec, ParsedDelivery, parse_sheet, rejected_file
from cpm_assets.domain.field_values import Reader, currency_code, plain_text
from cpm_assets.domain.invoice_cells import (
    billed_minutes_reader,
    charge_reader,
    number_reader,
    rate_reader,
    seconds_reader,
    start_reader,
)
from cpm_assets.domain.invoice_layouts import LayoutReader
from cpm_assets.domain.invoice_profile import InvoiceProfile
from cpm_assets.domain.profiled_line import ADDED, ROW, line_builder
from cpm_assets.domain.taken_rows import ParsedRow, Values

_KEY = (0, 1)
"""Invoice number and line number identify a line."""


def profile_reader(profile: InvoiceProfile) -> LayoutReader:
    """The layout's reader."""

    def read(stream: BinaryIO, file_name_stem: str) -> ParsedDelivery:
        try:
            sheet = read_csv(stream, profile.delimiter)
            totals: list[Decimal] = []
            spec = _spec(profile, sheet.header, file_name_stem, totals)
            parsed = parse_sheet(spec, sheet, stream)
        except UnreadableFile as unreadable:
            stream.seek(0)
            return rejected_file(str(unreadable), stream.read(MAX_RAW_TEXT_BYTES).decode("utf-8", "replace"))
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
    for number, name in enumerate(profile.added_charges):
        if added := name.found_in(header):
            columns.append(Column(f"{ADDED} {number}", readers["charge"], may_be_empty=True, source=added[0]))
    for column in (*(each.column for each in profile.row_filters), profile.kind_column):
        if column is not None:
            if column not in header:
                raise UnreadableFile(f"missing column {column}; the header has: {', '.join(header)[:300]}")
            columns.append(Column(f"{ROW} {column}", plain_text, may_be_empty=True, source=column))
    build = line_builder(profile, tried, {key.name: key.header_name for key in columns}, currency, stem, totals)
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


def _numbered(rows: Collection[ParsedRow]) -> list[ParsedRow]:
    """The lines of a layout without line numbers: the line of the file they begin on is their number."""
    return [(place, (values[0], str(place), *values[2:])) for place, values in rows]


def _headers(rows: Collection[ParsedRow], totals: list[Decimal], profile: InvoiceProfile) -> list[Values]:
    """One per invoice in the file. A total is stated of the one invoice of a file; of several nobody says which."""
    numbers = dict.fromkeys(values[0] for _, values in rows)
    stated = totals[0] if len(totals) == 1 and len(numbers) == 1 else None
    zero = Decimal(0)
    return [(number, None, profile.fixed_currency, stated, zero, None, None, None) for number in numbers]
