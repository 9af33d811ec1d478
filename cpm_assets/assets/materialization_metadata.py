"""Materialization metadata: what Dagster shows and plots of each model after a build."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import dagster as dg

from cpm_assets.resources.column_lineage import lineage_through
from cpm_assets.resources.frozen_versions import FrozenVersion
from cpm_assets.resources.warehouse_build import BuildReport, Models
from cpm_assets.resources.write_once import fingerprint_of

CLOSED = "day_versions"
"""The asset that says what closing a day, or restating it, froze: the hash to quote with a figure (D21)."""

GATED = ("costed_legs", "cpm_fact", "cpm_hourly", "cpm_daily", "cpm_by_prefix")
"""Assets whose rows of a rejected day stay what they were (D13, D14)."""

MATCHED = "reconciliation_flags"
"""The asset that says how legs and invoice lines were matched: a number called all the time makes groups that are too
large to be solved exactly, and its flags are then by time order (D19)."""


def table_metadata(report: BuildReport, name: str, days: Sequence[date], shown: Collection[str]) -> dict[str, Any]:
    """Rows of the run's days and in all, columns and where they come from; which days kept their last good figures."""
    metadata: dict[str, Any] = _columns(report.models, name, shown)
    size = report.models.sizes.get(name)
    if size is not None:  # a view has no rows of its own
        metadata["dagster/row_count"] = size.rows
        if size.rows_by_day is not None:
            metadata["dagster/partition_row_count"] = sum(size.rows_by_day.get(day, 0) for day in days)
    if name == MATCHED:
        competing = report.models.competing
        metadata["competing_groups"] = competing.groups
        metadata["competing_groups_solved_exactly"] = competing.groups - competing.in_time_order
        metadata["competing_groups_in_time_order"] = competing.in_time_order
        metadata["matches_in_time_order"] = competing.matches_in_time_order
    if name == CLOSED:
        metadata.update(_frozen_versions(report.versions, days))
    if name in GATED:
        kept = {build.usage_date: build.reason for build in report.builds if not build.is_good}
        kept_days = {str(day): kept[day] for day in days if day in kept}
        if kept_days:
            metadata["kept_last_good"] = dg.MetadataValue.json(kept_days)
    return metadata


def _frozen_versions(versions: Sequence[FrozenVersion], days: Sequence[date]) -> dict[str, Any]:
    """A row per version that the run made of its days, with its manifest's hash and totals; of a single one also the
    hash by itself, so that it is found without opening a table."""
    made = [each for each in versions if each.usage_date in days]
    if not made:
        return {}
    records = [
        dg.TableRecord(
            {
                "usage_date": each.usage_date.isoformat(),
                "version": each.version,
                "manifest_sha256": each.manifest_sha256,
                "reason": each.reason,
                "totals": "; ".join(
                    f"{total.legs} legs, {total.billed_seconds} s, {total.total_cost:.6f} {currency}"
                    for currency, total in sorted(each.totals.items())
                ),
            }
        )
        for each in made
    ]
    by_itself = {"manifest_sha256": made[0].manifest_sha256} if len(made) == 1 else {}
    return {"frozen_versions": dg.MetadataValue.table(records), **by_itself}


def _columns(models: Models, name: str, shown: Collection[str]) -> dict[str, Any]:
    if name not in models.columns:
        return {}
    columns = [dg.TableColumn(c.name, c.type, description=c.description) for c in models.columns[name]]
    sources = {
        column: [dg.TableColumnDep(dg.AssetKey(model), source) for model, source in pairs]
        for column, pairs in lineage_through(models.lineage, name, shown).items()
        if pairs
    }
    return {
        "dagster/column_schema": dg.TableSchema(columns),
        **({"dagster/column_lineage": dg.TableColumnLineage(sources)} if sources else {}),
    }


def snapshot_metadata(report: BuildReport) -> dict[str, Any]:
    """The published version's name, size and hash; the groups' files with their sizes, and groups that have none."""
    fingerprint = fingerprint_of(report.snapshot)
    return {
        "snapshot": report.snapshot.name,
        "path": dg.MetadataValue.path(str(report.snapshot)),
        "bytes": fingerprint.bytes,
        "sha256": fingerprint.sha256,
        "tables": len(report.models.sizes),
        "group_files": dg.MetadataValue.json(report.groups.files),
        "groups_refused": dg.MetadataValue.json(report.groups.refused),
        "group_files_removed": dg.MetadataValue.json(report.groups.removed),
    }
