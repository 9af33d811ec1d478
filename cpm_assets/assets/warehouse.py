"""The warehouse: every dbt model, and the published snapshot, made in one step under the writer's lock.

One step, because they belong together: a build is seen whole or not at all (`resources/warehouse.py`). Every run builds
all models; which days are costed, closed or only reconciled is data that the models read (`resources/run_inputs.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject, build_dbt_asset_specs

from cpm_assets.assets.dbt_specs import CpmDbtTranslator, shown_specs
from cpm_assets.assets.materialization_metadata import snapshot_metadata, table_metadata
from cpm_assets.domain.build_plan import purpose_of
from cpm_assets.installation import Installation
from cpm_assets.owners import OWNERS
from cpm_assets.partitions import days_of
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.final_day_review import review_final_days
from cpm_assets.resources.run_inputs import plan_run
from cpm_assets.resources.warehouse_build import BuildReport, build_days
from cpm_assets.runs import mark_process

POOL = "warehouse"
EACH_DAYS_OWN = ("normalized_usage", "costed_legs", "cpm_fact", "cpm_daily", "reconciliation_flags")
"""Assets for which a run over many days also records each day's own rows. One event costs some milliseconds, so it is
not done for every model."""


def build_warehouse_assets(partitions_def: dg.PartitionsDefinition, project: DbtProject) -> list[dg.AssetsDefinition]:
    """The explicit list: one step that makes every model's asset and `published`."""
    models = shown_specs(
        build_dbt_asset_specs(
            manifest=project.manifest_path, dagster_dbt_translator=CpmDbtTranslator(), project=project
        )
    )
    marts = [spec.key for spec in models if spec.metadata.get("cpm/is_mart") and spec.key.path != ["costed_legs"]]
    published = dg.AssetSpec(
        "published",
        deps=marts,
        group_name="published",
        owners=OWNERS,
        kinds={"duckdb"},
        description=(
            "One row per published version: the DuckDB file that analysts and BI tools open, behind a "
            "link that is switched in one step, so that nobody ever sees half a day."
        ),
    )

    @dg.multi_asset(
        name="warehouse",
        specs=[spec.replace_attributes(skippable=True) for spec in (*models, published)],
        partitions_def=partitions_def,
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
        pool=POOL,
    )
    def warehouse(
        context: dg.AssetExecutionContext,
        installation: dg.ResourceParam[Installation],
        clock: dg.ResourceParam[Clock],
    ) -> Iterator[dg.MaterializeResult]:
        installation.claim()
        mark_process(context)
        days = days_of(context)
        purpose = purpose_of(context.run.tags)
        holder = f"run {context.run.run_id} ({purpose} {days[0]}{f' to {days[-1]}' if len(days) > 1 else ''})"
        with installation.warehouse.writing(holder, context.log.info):
            plan = plan_run(installation, days, purpose, context.run.run_id, clock.now())
            plan = review_final_days(installation, plan, context.log.info)
            report = build_days(installation, plan, context.log.info)
        yield from _results(context, report, days)

    return [warehouse]


def _results(
    context: dg.AssetExecutionContext, report: BuildReport, days: Sequence[date]
) -> Iterator[dg.MaterializeResult]:
    """One result per selected asset; for many days, then each day's own for the stages that have a day."""
    upstream = context.assets_def.asset_deps
    keys = [key for key in TopologicalSorter(upstream).static_order() if key in context.selected_asset_keys]
    shown = {key.path[-1] for key in upstream}
    for key in keys:
        yield dg.MaterializeResult(asset_key=key, metadata=_metadata(report, key.path[-1], days, shown))
    if len(days) > 1:
        for key in keys:
            if key.path[-1] in EACH_DAYS_OWN:
                for day in days:
                    context.log_event(
                        dg.AssetMaterialization(
                            key, partition=day.isoformat(), metadata=_metadata(report, key.path[-1], [day], shown)
                        )
                    )


def _metadata(report: BuildReport, name: str, days: Sequence[date], shown: set[str]) -> dict[str, Any]:
    return snapshot_metadata(report) if name == "published" else table_metadata(report, name, days, shown)
