"""Files for BI tools, each an asset over the published file: whoever opens them sees the names that it has now."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import dagster as dg

from cpm_assets.installation import Installation
from cpm_assets.owners import OWNERS
from cpm_assets.resources.bi_files import installation_files, write_files
from cpm_assets.resources.focus_export import FOCUS_VERSION, write_focus_export
from cpm_assets.resources.writer_lock import writer_lock

PROJECTS = {
    "power_bi_project": (
        "powerbi",
        "The Power BI project: a semantic model whose CPM divides sums, with a role per grantee of the access policy.",
    ),
    "tableau_data_source": ("tableau", "The Tableau data source over cpm_daily, with CPM as a calculated field."),
    "genesys_calculated_field": ("genesys", "The calculated field of the guide for Genesys Cloud's own dashboards."),
}
"""By asset: the directory below `bi/`, and what it is."""


def build_bi_assets(partitions_def: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The explicit list: three projects of text files, and the cost export."""

    def asset(name: str, description: str, kinds: set[str]) -> Callable[..., dg.AssetsDefinition]:
        return dg.asset(
            name=name,
            deps=["published"],
            partitions_def=partitions_def,
            backfill_policy=dg.BackfillPolicy.single_run(),
            group_name="bi",
            owners=OWNERS,
            kinds=kinds,
            description=description,
        )

    def project(name: str, directory: str, description: str) -> dg.AssetsDefinition:
        @asset(name, description, {"json" if directory == "genesys" else directory})
        def made(
            context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
        ) -> dg.MaterializeResult:
            with _alone(installation, context):
                files = installation_files(installation.directory.published_file)
                own = {path: text for path, text in files.items() if path.startswith(f"{directory}/")}
                written = write_files(installation.directory.bi, own)
            return dg.MaterializeResult(
                metadata={
                    "files": len(own),
                    "written": dg.MetadataValue.json(written[:100]),
                    "directory": dg.MetadataValue.path(str(installation.directory.bi / directory)),
                }
            )

        return made

    @asset(
        "focus_export",
        f"cpm_daily as FOCUS {FOCUS_VERSION} (FinOps Open Cost and Usage Specification), a Parquet file. One row per "
        "UTC day, carrier, region and currency with a cost.",
        {"parquet"},
    )
    def focus_export(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.MaterializeResult:
        file = installation.directory.bi / "focus" / "cost_and_usage.parquet"
        with _alone(installation, context):
            rows = write_focus_export(installation.directory.published_file, file)
        return dg.MaterializeResult(
            metadata={"dagster/row_count": rows, "file": dg.MetadataValue.path(str(file)), "version": FOCUS_VERSION}
        )

    return [*(project(name, *of) for name, of in PROJECTS.items()), focus_export]


def _alone(installation: Installation, context: dg.AssetExecutionContext) -> AbstractContextManager[None]:
    """Several runs end at once after a night without the daemon; one at a time writes these files."""
    return writer_lock(installation.directory.work / "bi_files.lock", "a run that writes BI files", context.log.info)
