"""An invoice profile: how one carrier writes its CSV invoices, as data, and the check of that data.

A profile is a TOML file in `cpm_assets/invoice_profiles/`; docs/invoice_layouts.md explains its keys. Only what a
profile may say is here; reading a file by one is in `profiled_invoice.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cpm_assets.domain.invoice_layouts import LINE_KINDS

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
_PATTERN = re.compile(r"/(.+)/").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch
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
    "charge": frozenset({"is_negated", "decimal_mark", "thousands_mark"}),
    "currency": frozenset({"fixed"}),
    "numbers": frozenset({"country_code", "national_length"}),
    "rows": frozenset({"column", "counted"}),
    "kinds": frozenset({"column", *LINE_KINDS, TOTAL}),
}


class ProfileError(ValueError):
    """A profile that cannot be used; the message names it and the key."""


@dataclass(frozen=True)
class ColumnName:
    """A column by its name in small letters, or by a pattern over such names; its group `currency` is a currency."""

    text: str
    pattern: re.Pattern[str] | None = None

    def found_in(self, header: list[str]) -> tuple[str, str | None] | None:
        """The header's name for it and the currency it states, or None."""
        for name in header:
            match = self.pattern.fullmatch(name) if self.pattern else None
            if match:
                return name, match.groupdict().get("currency")
            if self.pattern is None and name == self.text:
                return name, None
        return None


@dataclass(frozen=True)
class RowFilter:
    """Rows count when the column holds one of these values (in small letters)."""

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
    decimal_mark: str = "."
    thousands_mark: str = ""
    fixed_currency: str | None = None
    country_code: str = ""
    national_length: int = 0
    row_filters: tuple[RowFilter, ...] = ()
    kind_column: str | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)


def profile_from(name: str, table: Mapping[str, Any]) -> InvoiceProfile:
    """The profile that a TOML table states. Raises `ProfileError`."""
    if not _NAME(name):
        raise ProfileError(f"invoice profile {name!r}: a name is small letters, digits and _")
    said = _Said(name, table)
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
        decimal_mark=said.one_of(charge, "decimal_mark", (".", ","), "."),
        thousands_mark=said.one_of(charge, "thousands_mark", ("", ",", ".", " ", "'"), ""),
        fixed_currency=said.currency(),
        country_code=said.text(numbers, "country_code", ""),
        national_length=int(numbers.get("national_length", 0)),
        row_filters=tuple(filters),
        kind_column=said.text(kinds, "column").lower() if kinds else None,
        kinds={value.lower(): kind for kind in (*LINE_KINDS, TOTAL) for value in said.words(kinds, kind)},
    )


def _row_filter(said: "_Said", row: Mapping[str, Any]) -> RowFilter:
    return RowFilter(said.text(row, "column").lower(), frozenset(v.lower() for v in said.words(row, "counted")))


class _Said:
    """What a profile says, checked on the way out."""

    def __init__(self, name: str, table: Mapping[str, Any]) -> None:
        self._name = name
        self._all = table
        self._only("", table, _KEYS[""])

    def wrong(self, key: str, reason: str) -> None:
        raise ProfileError(f"invoice profile {self._name}.toml, {key or 'top level'}: {reason}")

    def table(self, key: str, allowed: tuple[str, ...] | None = None) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._all.get(key, {})
        if not isinstance(found, Mapping):
            self.wrong(key, "must be a table")
        self._only(key, found, frozenset(allowed) if allowed else _KEYS[key])
        return found

    def list_of_tables(self, key: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._all.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
            self.wrong(key, f"must be written [[{key}]]")
        for each in found:
            self._only(key, each, _KEYS[key])
        return found

    def text(self, table: Mapping[str, Any], key: str, default: str | None = None) -> str:
        found = table.get(key, default)
        if not isinstance(found, str):
            self.wrong(key, "must be a text")
        return str(found)

    def words(self, table: Mapping[str, Any], key: str, allowed: tuple[str, ...] = ()) -> list[str]:
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            self.wrong(key, "must be a list of texts")
        if unknown := [each for each in found if allowed and each not in allowed]:
            self.wrong(key, f"{unknown[0]!r} is not one of {', '.join(allowed)}")
        return list(found)

    def one_of(self, table: Mapping[str, Any], key: str, allowed: tuple[str, ...], default: str) -> str:
        found = self.text(table, key, default)
        if found not in allowed:
            self.wrong(key, f"{found!r} is not one of {', '.join(map(repr, allowed))}")
        return found

    def columns(self, key: str) -> tuple[ColumnName, ...]:
        found = self._all["columns"][key]
        names = [found] if isinstance(found, str) else self.words(self._all["columns"], key)
        if not names:
            self.wrong(f"columns.{key}", "no column is named")
        return tuple(self._column(key, name) for name in names)

    def currency(self) -> str | None:
        found = self.table("currency").get("fixed")
        if found is not None and not (isinstance(found, str) and _CURRENCY(found)):
            self.wrong("currency.fixed", f"{found!r} is not a currency code such as USD")
        return found

    def _column(self, key: str, name: str) -> ColumnName:
        pattern = _PATTERN(name)
        if not pattern:
            return ColumnName(name.lower())
        try:
            return ColumnName(name, re.compile(pattern[1]))
        except re.error as error:
            raise ProfileError(
                f"invoice profile {self._name}.toml, columns.{key}: {name} is no pattern: {error}"
            ) from None

    def _only(self, key: str, table: Mapping[str, Any], allowed: frozenset[str]) -> None:
        if unknown := sorted(table.keys() - allowed):
            self.wrong(key, f"{unknown[0]!r} is not a key of it; it has: {', '.join(sorted(allowed))}")
