"""What a dbt run is given, as Python rows with short defaults: days, extractions, deliveries.

Only the values. Writing them as files and running dbt on them is `warehouse_harness`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Day:
    """One row of the run's `days`: by default a complete day that is normalised, costed and reconciled."""

    usage_date: date
    run_id: str = "run-1"
    built_at_utc: datetime = datetime(2026, 11, 5, 12, tzinfo=UTC)
    is_finalizing: bool = False
    purpose: str = "day"
    is_costed: bool = True
    is_reconciled: bool = True
    extraction_state: str = "complete"
    extraction_reason: str | None = None


@dataclass(frozen=True)
class Extraction:
    """One sweep or tick: its legs and rejects as partial rows of `usage_schemas` (see `leg`)."""

    asked_day: date
    legs: Sequence[Row] = ()
    rejects: Sequence[Row] = ()
    kind: str = "sweep"
    started_at: datetime | None = None

    @property
    def started(self) -> datetime:
        """When it began, UTC; by default 01:00 after the asked day."""
        return self.started_at or datetime.combine(self.asked_day, time(1), UTC) + timedelta(days=1)

    @property
    def extraction_id(self) -> str:
        """Sorts by time, as the lake's do."""
        return f"{self.started:%Y%m%dT%H%M%S%fZ}-{self.kind}-{self.asked_day:%m%d}00"


@dataclass(frozen=True)
class Delivery:
    """One file received: rows, rejects and an invoice's headers as partial rows of `delivery_schemas`."""

    kind: str
    rows: Sequence[Row] = ()
    rejects: Sequence[Row] = ()
    headers: Sequence[Row] = ()
    received_at_utc: datetime = datetime(2026, 10, 1, tzinfo=UTC)
    carrier_folder: str | None = None
    file_name: str = "file.csv"
    content: str | None = None

    @property
    def sha256(self) -> str:
        """A stand-in for the hash of the bytes: the same content (here, unless it is given) is the same delivery."""
        here = repr((self.kind, self.rows, self.rejects, self.headers, self.carrier_folder, self.file_name))
        return sha256((self.content or here).encode()).hexdigest()


@dataclass(frozen=True)
class RunInputs:
    """Everything a dbt run is given."""

    days: Sequence[Day] = ()
    extractions: Sequence[Extraction] = ()
    deliveries: Sequence[Delivery] = ()
    settings: Row = field(default_factory=dict)
    superseded: Sequence[Extraction] = ()
    freezings: Sequence[Row] = ()


def leg(leg_id: str, start: datetime, **columns: Any) -> dict[str, Any]:
    """An answered outbound voip leg of a minute to a Californian number over carrier `Acme`, unless said otherwise."""
    number = columns.get("destination_number", "+14155550198")
    seconds = columns.get("billing_seconds", 60)
    row = {
        "leg_id": leg_id,
        "call_id": f"call-{leg_id}",
        "start_time_utc": start,
        "end_time_utc": start + timedelta(seconds=max(seconds or 0, 0)),
        "media_seconds": seconds,
        "billing_seconds": seconds,
        "carrier_name": "Acme",
        "destination_number": number,
        "destination_digits": number.removeprefix("+") if number else None,
        "destination_location": "San Francisco, CA",
        "call_type": "voip",
        "direction": "outbound",
        "call_outcome": "answered",
        "is_billing_duration_computed": False,
    }
    return row | columns


def card(prefix: str, rate: str | Decimal, **columns: Any) -> dict[str, Any]:
    """A rate-card row of carrier `Acme`, in force from 2026-01-01 without an end, unless said otherwise."""
    row = {
        "carrier_name": "Acme",
        "prefix": prefix,
        "destination_region": f"region {prefix}",
        "rate_per_minute": Decimal(rate),
        "effective_date": date(2026, 1, 1),
    }
    return row | columns


def contract(carrier_name: str = "Acme", **columns: Any) -> dict[str, Any]:
    """A contract in force from 2026-01-01 without an end and with every default, unless said otherwise."""
    return {"carrier_name": carrier_name, "effective_date": date(2026, 1, 1)} | columns
