"""Carrier contracts (`inbox/carrier_contracts/*.csv`): one row per carrier and effective date.

Columns and their rules only. What an empty field means is decided once, in SQL (D7 to D9, D18 to D20).
"""

from collections.abc import Iterable
from decimal import Decimal

from cpm_assets.domain.bounds import (
    MAX_DISPUTE_DAYS,
    MAX_DURATION_SECONDS,
    MAX_STEP_SECONDS,
    MAX_TOLERANCE,
    MAX_TOLERANCE_SECONDS,
    MIN_STEP_SECONDS,
    MONEY_DECIMALS,
)
from cpm_assets.domain.deliveries import Cells, Column, DeliverySpec, optional
from cpm_assets.domain.field_values import (
    BadValue,
    currency_code,
    decimal_value,
    exact_text,
    fee,
    one_of,
    shortened,
    time_of_day,
    time_zone_name,
    true_or_false,
    utc_date,
    whole_number,
)
from cpm_assets.domain.taken_rows import Values
from cpm_assets.domain.validity import check_increment_pair, check_window

_step = whole_number(MIN_STEP_SECONDS, MAX_STEP_SECONDS)
_tolerance = decimal_value(MONEY_DECIMALS, Decimal(0), MAX_TOLERANCE)
_tolerated_seconds = whole_number(0, MAX_TOLERANCE_SECONDS)


def _folder_name(text: str) -> str:
    """One folder's name, exactly: it is compared with the folder below `inbox/invoices`."""
    if "/" in text or "\\" in text or text.startswith("."):
        raise BadValue(f"{shortened(text)} is not the name of one folder")
    return text


_INVOICE_FORMAT = "invoice_format"

_COLUMNS = (
    Column("carrier_name", exact_text),
    Column("effective_date", utc_date),
    Column("expiry_date", utc_date, may_be_empty=True),
    optional("initial_increment_seconds", _step),
    optional("increment_seconds", _step),
    optional("increment_rule", one_of("relative", "absolute")),
    optional("minimum_seconds", whole_number(0, MAX_DURATION_SECONDS)),
    optional("connection_fee", fee),
    optional("bills_attempts", true_or_false),
    optional("attempt_fee", fee),
    optional("rounding_mode", one_of("half_up", "up", "down")),
    optional("rounding_decimals", whole_number(0, 6)),
    optional("currency", currency_code),
    optional("expiry_is_inclusive", true_or_false),
    optional("invoice_timezone", time_zone_name),
    optional(_INVOICE_FORMAT, exact_text),
    optional("invoice_folder", _folder_name),
    optional("charge_tolerance", _tolerance),
    optional("minute_tolerance", _tolerance),
    optional("start_tolerance_seconds", _tolerated_seconds),
    optional("duration_tolerance_seconds", _tolerated_seconds),
    optional("dispute_days", whole_number(0, MAX_DISPUTE_DAYS)),
    optional("cycle_start_utc", time_of_day),
)


def _row(cells: Cells) -> Values:
    check_window(cells)
    check_increment_pair(cells)
    return tuple(cells[column.name] for column in _COLUMNS)


def carrier_contracts(invoice_formats: Iterable[str]) -> DeliverySpec:
    """The spec, with the invoice formats that a contract may name: one that nobody reads would lose its invoices."""
    format_column = optional(_INVOICE_FORMAT, one_of(*invoice_formats))
    columns = tuple(format_column if column.name == _INVOICE_FORMAT else column for column in _COLUMNS)
    return DeliverySpec(columns=columns, build=_row, key=(0, 1))
