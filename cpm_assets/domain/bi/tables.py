"""Published tables as BI tools are told of them: names, engine types, descriptions."""

from __future__ import annotations

from dataclasses import dataclass

FACTS = ("cpm_daily", "cpm_fact", "cpm_trailing_7d")
DIMENSIONS = {"dim_carrier": "carrier_name", "dim_region": "destination_region", "dim_date": "usage_date"}
"""The star: each dimension, and the column by which the facts refer to it."""
MODEL_TABLES = (*FACTS, *DIMENSIONS)

ADDED_UP = (
    *("legs", "unrated_legs", "media_seconds", "raw_seconds", "billed_seconds", "total_cost"),
    *("legs_7d", "unrated_legs_7d", "billed_seconds_7d", "total_cost_7d"),
)
"""Columns that may be added. Rounded minutes are not (D9): measures divide the sum of seconds once."""
NOT_SHOWN = ("cpm", "cpm_7d", "rate_per_minute")
"""A row's own ratios: a tool that offers them has them averaged (D10)."""


@dataclass(frozen=True)
class BiColumn:
    """A column; `data_type` is DuckDB's, such as DECIMAL(18,6)."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class BiTable:
    """A table and its columns, in order."""

    name: str
    description: str
    columns: tuple[BiColumn, ...]
