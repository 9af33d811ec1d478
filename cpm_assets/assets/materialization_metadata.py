"""Materialization metadata: what Dagster shows and plots of each model after a build."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import dagster as dg

from cpm_assets.resources.warehouse_build import BuildReport
from cpm_assets.resources.write_once import fingerprint_of

GATED = ("costed_legs", "cpm_fact", "cpm_hourly", "cpm_daily", "cpm_by_prefix")
"""Assets whose rows of a rejected day stay what they were (D13, D14)."""


def table_metadata(report: BuildReport, name: str, days: Sequence[date]) -> dict[str, Any]:
    """Rows of the run's days and in all; for the gated assets, which of the days kept their last good figures."""
    size = report.tables.get(name)
    if size is None:  # a view or an ephemeral step: it has no rows of its own
        return {}
    metadata: dict[str, Any] = {"dagster/row_count": size.rows}
    if size.rows_by_day is not None:
        metadata["dagster/partition_row_count"] = sum(size.rows_by_day.get(day, 0) for day in days)
    if name in GATED:
        kept = {build.usage_date: build.reason for build in report.builds if not build.is_good}
        kept_days = {str(day): kept[day] for day in days if day in kept}
        if kept_days:
            metadata["kept_last_good"] = dg.MetadataValue.json(kept_days)
    return metadata


def snapshot_metadata(report: BuildReport) -> dict[str, Any]:
    """The published version's name, size and hash."""
    fingerprint = fingerprint_of(report.snapshot)
    return {
        "snapshot": report.snapshot.name,
        "path": dg.MetadataValue.path(str(report.snapshot)),
        "bytes": fingerprint.bytes,
        "sha256": fingerprint.sha256,
        "tables": sum(1 for _ in report.tables),
    }
