"""The month with faults as rows of the pipeline's inputs: dictionaries with the columns of the Parquet schemas.

For tests and benchmarks that run the models without files. What is not given is NULL there.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from cpm_assets.sandbox.month.billing import MonthLine
from cpm_assets.sandbox.month.calls import MonthLeg
from cpm_assets.sandbox.month.carriers import MonthCarrier
from cpm_assets.sandbox.month.deck import month_rate_rows
from cpm_assets.sandbox.month.month import MonthInvoice

Row = Mapping[str, Any]

_EFFECTIVE = date(2026, 1, 1)


def leg_row(leg: MonthLeg) -> Row:
    """A parsed leg."""
    return {
        "leg_id": leg.leg_id,
        "call_id": f"call-{leg.leg_id}",
        "start_time_utc": leg.start,
        "end_time_utc": leg.start + timedelta(seconds=leg.seconds),
        "media_seconds": leg.seconds,
        "billing_seconds": leg.seconds,
        "carrier_name": leg.carrier,
        "destination_number": f"+{leg.digits}",
        "destination_digits": leg.digits,
        "call_type": "voip",
        "direction": "outbound",
        "call_outcome": "answered",
    }


def card_rows() -> list[Row]:
    """The rate cards of all carriers."""
    return [
        {
            "carrier_name": row.carrier,
            "prefix": row.prefix,
            "destination_region": row.region,
            "rate_per_minute": row.rate,
            "effective_date": row.effective,
        }
        for row in month_rate_rows()
    ]


def contract_row(carrier: MonthCarrier) -> Row:
    """The contract as we hold it: what the carrier should do."""
    held = carrier.held
    return {
        "carrier_name": carrier.name,
        "effective_date": _EFFECTIVE,
        "initial_increment_seconds": held.initial,
        "increment_seconds": held.step,
        "increment_rule": held.rule,
        "minimum_seconds": held.minimum,
        "connection_fee": held.fee,
        "rounding_mode": held.mode,
        "rounding_decimals": held.decimals,
        "currency": carrier.currency,
        "invoice_timezone": carrier.contract_zone,
    }


def line_row(line: MonthLine) -> Row:
    """A parsed invoice line."""
    return {
        "carrier_folder": line.carrier,
        "invoice_number": line.invoice_number,
        "line_number": line.line_number,
        "line_kind": line.line_kind,
        "destination_digits": line.digits,
        "start_time_text": line.start_text,
        "start_local": line.start_local,
        "start_utc": line.start_utc,
        "duration_seconds": line.duration_seconds,
        "billed_minutes": line.minutes,
        "stated_rate": line.stated_rate,
        "charge_amount": line.charge,
        "description": line.description,
    }


def header_row(invoice: MonthInvoice) -> Row:
    """A parsed invoice header that states its total, its lines and its period."""
    return {
        "carrier_folder": invoice.carrier.name,
        "invoice_number": invoice.invoice_number,
        "currency": invoice.carrier.currency,
        "stated_total": invoice.total,
        "stated_total_tolerance": 0,
        "stated_lines": len(invoice.lines),
        "period_first_date": invoice.first_date,
        "period_last_date": invoice.last_date,
    }
