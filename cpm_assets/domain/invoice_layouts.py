"""The invoice layouts that can be read, by the name that a contract's `invoice_format` gives.

A layout turns a file's bytes into invoice lines in the order of `INVOICE_LINE_FIELDS`. Whatever its form (declarative
CSV profile, X12), it is one entry of the registry below, and no caller changes. Local times stay local here: the
contract's zone is applied in SQL (D3).
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from cpm_assets.domain.bounds import MAX_DURATION_SECONDS, MAX_INVOICE_CHARGE, MONEY_DECIMALS
from cpm_assets.domain.deliveries import Cells, Column, DeliverySpec, ParsedDelivery, Values, parse_delivery
from cpm_assets.domain.digits import number_digits
from cpm_assets.domain.field_values import BadValue, decimal_value, plain_text, shortened, whole_number

_DATE_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*").fullmatch

DEFAULT_LAYOUT = "guide_csv"

INVOICE_LINE_FIELDS = (
    "invoice_number",
    "line_number",
    "internal_leg_reference",
    "sip_call_id",
    "destination_digits",
    "start_time_text",
    "start_local",
    "start_utc",
    "duration_seconds",
    "billed_minutes",
    "charge_amount",
    "currency",
)
"""A line as every layout gives it: `start_local` (naive) when the time has no offset, else `start_utc` (naive UTC)."""


def start_instants(text: str) -> tuple[datetime | None, datetime | None]:
    """`(start_local, start_utc)`, one of them None, of an ISO 8601 date and time; both naive. Raises `BadValue`."""
    written = text.strip()
    try:
        instant = datetime.fromisoformat(written if _DATE_AND_TIME(written) else "")
        if instant.tzinfo is None:
            return instant, None
        return None, instant.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise BadValue(f"{shortened(text)} is not a date and time such as 2026-10-25T14:22:10") from None


def _called_number(text: str) -> str:
    digits = number_digits(text.strip())
    if digits is None:
        raise BadValue("is not an international number")  # not shown here: it is personal data (D28)
    return digits


def _start(text: str) -> tuple[str, datetime | None, datetime | None]:
    return text.strip(), *start_instants(text)


def _guide_line(cells: Cells) -> Values:
    start = cells["start_time"]
    assert isinstance(start, tuple)  # noqa: S101 -- what _start returns; tells mypy
    return (
        cells["invoice_number"],
        cells["line_number"],
        cells["internal_leg_reference"],
        None,
        cells["destination_number"],
        *start,
        cells["duration_seconds"],
        cells["billed_minutes"],
        cells["charge_amount"],
        None,
    )


_GUIDE_CSV = DeliverySpec(
    columns=(
        Column("invoice_number", plain_text),
        Column("line_number", plain_text),
        Column("internal_leg_reference", plain_text, may_be_empty=True),
        Column("destination_number", _called_number),
        Column("start_time", _start),
        Column("duration_seconds", whole_number(0, MAX_DURATION_SECONDS)),
        Column(
            "billed_minutes",
            decimal_value(MONEY_DECIMALS, Decimal(0), Decimal(MAX_DURATION_SECONDS) / 60),
            may_be_empty=True,
        ),
        Column("charge_amount", decimal_value(MONEY_DECIMALS, -MAX_INVOICE_CHARGE, MAX_INVOICE_CHARGE)),
    ),
    build=_guide_line,
    key=(0, 1),
)


def _read_guide_csv(content: bytes) -> ParsedDelivery:
    return parse_delivery(_GUIDE_CSV, content)


INVOICE_LAYOUTS: dict[str, Callable[[bytes], ParsedDelivery]] = {
    DEFAULT_LAYOUT: _read_guide_csv,
}
