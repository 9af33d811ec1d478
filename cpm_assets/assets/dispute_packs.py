"""Dispute packs: what finance sends to a carrier, kept in step with the review queue."""

import dagster as dg

from cpm_assets.installation import Installation
from cpm_assets.owners import OWNERS
from cpm_assets.resources.dispute_packs import write_packs


def build_dispute_assets(partitions_def: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The explicit list: one asset over all carriers and invoices, whichever days a run is for."""

    @dg.asset(
        name="dispute_packs",
        deps=["finance_review_queue", "flag_evidence", "published"],
        partitions_def=partitions_def,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name="reconciliation",
        owners=OWNERS,
        kinds={"csv", "pdf"},
        description=(
            "One zip per carrier and invoice with disputed lines, or a draft of the open ones: both calculations side "
            "by side, hashes of what they come from, and a page of totals (D17, D18)."
        ),
    )
    def dispute_packs(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.MaterializeResult:
        directory = installation.directory
        report = write_packs(
            directory.dispute_packs, directory.published_file, installation.lake, directory.work, context.log.info
        )
        drafts = sum(pack.is_draft for pack in report.packs.values())
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(report.packs),
                "packs": len(report.packs) - drafts,
                "drafts": drafts,
                "lines": sum(len(pack.lines) for pack in report.packs.values()),
                "written": dg.MetadataValue.json(report.written[:100]),
                "removed": dg.MetadataValue.json(report.removed[:100]),
                "directory": dg.MetadataValue.path(str(directory.dispute_packs)),
            }
        )

    return [dispute_packs]
