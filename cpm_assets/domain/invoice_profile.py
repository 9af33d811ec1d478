"""An invoice profile: how one carrier writes its CSV invoices, as data, and the check of that data.

A profile is a TOML file in `cpm_assets/invoice_profiles/`; docs/invoice_layouts.md explains its keys. Only what a
profile may say is here; reading a file by one is in `profiled_invoice.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cpm_assets.domain.invoice_layouts import LINE_KINDS
from cpm_assets.domain.profile_table import ColumnName, ProfileError, ProfileTable

FIELDS = (
    "invoice_number", "line_number", "internal_leg_reference", "sip_call_id", "number", "start", "end", "duration",
    "billed", "charge", "currency", "stated_rate", "description",
)  # fmt: skip
"""What a column can be. `end` gives the duration where the file's own is already rounded for billing."""

ISO, RFC_2822 = "iso", "rfc 2822"
"""Time formats by name; any other is one of `datetime.strptime`."""

TOTAL = "total"
"""The kind of a row that is no line but the invoice's total."""

SECONDS, MINUTES, CLOCK = "seconds", "minutes", "h:mm:ss"
UNITS = (SECONDS, MINUTES, CLOCK)

_NAME = re.compile(r"[a-z][a-z0-9_]*").fullmatch
_KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset(
        {
            "title",
            "delimiter",
            "invoice_number",
            "may_be_absent",
            "columns",
            "start",
            "duration",
            "billed",
            "charge",
            "currency",
            "numbers",
            "rows",
            "kinds",
        }
    ),
    "start": frozenset({"formats", "zone"}),
    "duration": frozenset({"unit", "is_billed"}),
    "billed": frozenset({"unit"}),
    "charge": frozenset({"is_negated", "is_rounded", "added", "decimal_mark", "thousands_mark"}),
    "currency": frozenset({"fixed"}),
    "numbers": frozenset({"country_code", "national_length", "dialled_before_abroad", "others_are_no_calls"}),
    "rows": frozenset({"column", "counted"}),
    "kinds": frozenset({"column", *LINE_KINDS, TOTAL}),
}


@dataclass(frozen=True)
class RowFilter:
    """A row is a call only if the column holds one of these values (in small letters)."""

    column: str
    counted: frozenset[str]


@dataclass(frozen=True)
class InvoiceProfile:
    """One layout. `columns` are tried in their order, the first with a value counts; `kinds` maps values of
    `kind_column` (small letters) to line kinds. `zone` is `contract` or `UTC`: that of times without an offset."""

    name: str
    title: str
    columns: Mapping[str, tuple[ColumnName, ...]]
    delimiter: str = ","
    number_from_file_name: bool = False
    may_be_absent: frozenset[str] = frozenset()
    start_formats: tuple[str, ...] = (ISO,)
    zone: str = "contract"
    duration_unit: str = SECONDS
    duration_is_billed: bool = False
    billed_unit: str = MINUTES
    charge_is_negated: bool = False
    charge_is_rounded: bool = False
    added_charges: tuple[ColumnName, ...] = ()
    decimal_mark: str = "."
    thousands_mark: str = ""
    fixed_currency: str | None = None
    country_code: str = ""
    national_length: int = 0
    dialled_before_abroad: tuple[str, ...] = ()
    others_are_no_calls: bool = False
    row_filters: tuple[RowFilter, ...] = ()
    kind_column: str | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)


def profile_from(name: str, table: Mapping[str, Any]) -> InvoiceProfile:
    """The profile that a TOML table states. Raises `ProfileError`."""
    if not _NAME(name):
        raise ProfileError(f"invoice profile {name!r}: a name is small letters, digits and _")
    said = ProfileTable(name, table, _KEYS)
    start, numbers, charge, kinds = (said.table(key) for key in ("start", "numbers", "charge", "kinds"))
    number_from = said.one_of(table, "invoice_number", ("column", "file name"), "column")
    columns = {each: said.columns(each) for each in said.table("columns", FIELDS)}
    needed = {"number", "start", "charge", *({"invoice_number"} if number_from == "column" else ())}
    if missing := sorted(needed - columns.keys()):
        said.wrong("columns", f"{', '.join(missing)} missing")
    if not {"duration", "end"} & columns.keys():
        said.wrong("columns", "neither duration nor end is there")
    filters = [_row_filter(said, row) for row in said.list_of_tables("rows")]
    return InvoiceProfile(
        name=name,
        title=said.text(table, "title"),
        columns=columns,
        delimiter=said.text(table, "delimiter", ","),
        number_from_file_name=number_from == "file name",
        may_be_absent=frozenset(said.words(table, "may_be_absent", FIELDS)),
        start_formats=tuple(said.words(start, "formats")) or (ISO,),
        zone=said.one_of(start, "zone", ("contract", "UTC"), "contract"),
        duration_unit=said.one_of(said.table("duration"), "unit", UNITS, SECONDS),
        duration_is_billed=bool(said.table("duration").get("is_billed", False)),
        billed_unit=said.one_of(said.table("billed"), "unit", UNITS, MINUTES),
        charge_is_negated=bool(charge.get("is_negated", False)),
        charge_is_rounded=bool(charge.get("is_rounded", False)),
        added_charges=tuple(said.column("charge.added", each) for each in said.words(charge, "added")),
        decimal_mark=said.one_of(charge, "decimal_mark", (".", ","), "."),
        thousands_mark=said.one_of(charge, "thousands_mark", ("", ",", ".", " ", "'"), ""),
        fixed_currency=said.currency(),
        country_code=said.text(numbers, "country_code", ""),
        national_length=int(numbers.get("national_length", 0)),
        dialled_before_abroad=tuple(said.words(numbers, "dialled_before_abroad")),
        others_are_no_calls=bool(numbers.get("others_are_no_calls", False)),
        row_filters=tuple(filters),
        kind_column=said.text(kinds, "column").lower() if kinds else None,
        kinds={value.lower(): kind for kind in (*LINE_KINDS, TOTAL) for value in said.words(kinds, kind)},
    )


def _row_filter(said: ProfileTable, row: Mapping[str, Any]) -> RowFilter:
    return RowFilter(said.text(row, "column").lower(), frozenset(v.lower() for v in said.words(row, "counted")))
