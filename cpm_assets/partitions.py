"""Partitions: the one definition that every asset shares, a UTC day each, today's open day included (D1)."""

from __future__ import annotations

from datetime import date

import dagster as dg


def daily_partitions(first_day: date) -> dg.DailyPartitionsDefinition:
    """UTC days from `first_day` to the open day."""
    return dg.DailyPartitionsDefinition(start_date=first_day.isoformat(), timezone="UTC", end_offset=1)


def days_of(context: dg.AssetExecutionContext) -> list[date]:
    """The UTC days that a run is for: one, or each of a range in a backfill of one run."""
    return [date.fromisoformat(key) for key in context.partition_keys]
