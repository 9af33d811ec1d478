"""Legs and invoice lines in a few words, and the reconciliation of them: what the tests of this folder are written in.

Legs cost a cent a second (0.60 a minute, second by second), so a figure in a test can be read off its duration.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from cpm_assets_tests.run_rows import Day, Delivery, Extraction, RunInputs, card, contract, leg
from cpm_assets_tests.warehouse_harness import TestWarehouse

RECEIVED = datetime(2026, 11, 3, tzinfo=UTC)


def at(text: str) -> datetime:
    """An instant written as `2026-10-25 12:00:00`, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def call(leg_id: str, start: str, seconds: int = 60, number: str = "+14155550198", **columns: Any) -> dict[str, Any]:
    """A billable leg that starts at an instant (UTC) and costs a cent a second."""
    return leg(leg_id, at(start), billing_seconds=seconds, destination_number=number, **columns)


def line(line_number: int, start: str, charge: str, seconds: int = 60, **columns: Any) -> dict[str, Any]:
    """An invoice line; `start` is the carrier's local time, or an instant where it ends in Z."""
    is_utc = start.endswith("Z")
    moment = datetime.fromisoformat(start.removesuffix("Z"))
    row = {
        "invoice_number": "INV-1",
        "line_number": str(line_number),
        "destination_digits": "14155550198",
        "start_time_text": start,
        "start_local": None if is_utc else moment,
        "start_utc": moment if is_utc else None,
        "duration_seconds": seconds,
        "billed_minutes": None,
        "charge_amount": Decimal(charge),
    }
    return row | columns


def invoice(*lines: dict[str, Any], carrier: str = "Acme", received: datetime = RECEIVED, **columns: Any) -> Delivery:
    """An invoice file in the carrier's folder."""
    folder = carrier.replace("/", "_")
    rows = [{"carrier_folder": folder} | row for row in lines]
    return Delivery("invoices", rows, received_at_utc=received, carrier_folder=folder, **columns)


def prices(*contracts: dict[str, Any]) -> list[Delivery]:
    """Contracts (Acme's with every default, unless given), and a card of a cent a second for each carrier."""
    contracts = contracts or (contract(),)
    names = sorted({row["carrier_name"] for row in contracts})
    return [
        Delivery("carrier_contracts", contracts),
        Delivery("rate_cards", [card("1415", "0.6", carrier_name=name) for name in names]),
    ]


def books(
    days: Sequence[str], legs: Sequence[dict[str, Any]], deliveries: Sequence[Delivery], reconciled: Sequence[str] = ()
) -> RunInputs:
    """A run that costs these days and reconciles them, or only the ones named."""
    reconciled = reconciled or days
    return RunInputs(
        days=[Day(date.fromisoformat(day), is_reconciled=day in reconciled) for day in days],
        extractions=[
            Extraction(
                date.fromisoformat(day),
                [row for row in legs if str(row["start_time_utc"].date()) == day],
            )
            for day in sorted({*days, *(str(date.fromisoformat(day) - timedelta(days=1)) for day in days)})
        ],
        deliveries=deliveries,
    )


def only_reconcile(inputs: RunInputs, days: Sequence[str]) -> RunInputs:
    """The same books in a run that costs nothing and reconciles these days."""
    chosen = [Day(date.fromisoformat(day), purpose="reconcile", is_costed=False) for day in days]
    return RunInputs(days=chosen, extractions=inputs.extractions, deliveries=inputs.deliveries)


def reconciled(directory: Path, inputs: RunInputs) -> TestWarehouse:
    """A new warehouse after this run."""
    warehouse = TestWarehouse(directory)
    warehouse.build(inputs)
    return warehouse


def flags(warehouse: TestWarehouse, where: str = "true") -> list[tuple[str, str | None, str | None, str | None]]:
    """(flag type, leg, invoice, line) of the flags, ordered."""
    return warehouse.rows(
        f"select flag_type, leg_id, invoice_number, line_number from reconciliation_flags where {where} order by all"
    )


def pairs(warehouse: TestWarehouse) -> dict[str, str]:
    """Which line each matched leg has."""
    return dict(
        warehouse.rows(
            "select leg_id, line_number from warehouse.main.int_invoice_reconciled"
            " where leg_id is not null and line_number is not null"
        )
    )
