"""What every invoice layout gives: lines, and one header for each invoice.

A layout turns a file into rows in the order of `INVOICE_LINE_FIELDS` and headers in that of `INVOICE_HEADER_FIELDS`.
Whatever its form (declarative CSV profile, X12), it is one entry of the registry in `resources/invoice_layouts.py`, and
no caller changes. Local times stay local here: the contract's zone is applied in SQL (D3).
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import BinaryIO

from cpm_assets.domain.deliveries import ParsedDelivery
from cpm_assets.domain.field_values import BadValue, shortened

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
    "line_kind",
    "stated_rate",
    "description",
)
"""A line as every layout gives it: `start_local` (naive) when the time has no offset, else `start_utc` (naive UTC).

`line_kind` is one of `LINE_KINDS`. `stated_rate` is the rate a minute that the line states, `billed_minutes` the
minutes it bills (a layout that bills seconds: seconds / 60, half up). Lines of kind tax and fee may lack number, start
and duration. `charge_amount` is signed: negative for what the carrier takes back.
"""

LINE_KINDS = ("call", "credit", "tax", "fee")
"""A call's charge, a call's charge taken back, a tax, and any other charge."""

INVOICE_HEADER_FIELDS = (
    "invoice_number",
    "invoice_date",
    "currency",
    "stated_total",
    "stated_total_tolerance",
    "stated_lines",
    "period_first_date",
    "period_last_date",
)
"""One row per invoice in a file, None where the file states nothing. Dates are the carrier's local ones, both included;
`stated_total` and its tolerance are in currency units, `stated_lines` counts the lines the file says it has."""

LayoutReader = Callable[[BinaryIO, str], ParsedDelivery]
"""Reads an unpacked file; the text is its name without endings, for layouts that state no invoice number."""


def kind_of_charge(charge: Decimal) -> str:
    """The kind of a line about a call: what takes money back is a credit."""
    return "credit" if charge < 0 else "call"


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
