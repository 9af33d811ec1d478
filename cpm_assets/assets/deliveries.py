"""Deliveries: the files that carriers, procurement and finance put into the inbox, kept as received and parsed."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from cpm_assets.installation import Installation
from cpm_assets.owners import OWNERS
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.inbox import SETTLED_SECONDS, InboxReport, take_files
from cpm_assets.resources.parsed_files import ReferenceFile, parsed_deliveries
from cpm_assets.resources.reference_rows import zero_rates
from cpm_assets.resources.usage_connection import UsageConnection
from cpm_assets.resources.writer_lock import writer_lock

KIND_OF_ASSET = {
    "raw_rate_cards": "rate_cards",
    "raw_carrier_contracts": "carrier_contracts",
    "raw_seat_licenses": "seat_licenses",
    "raw_review_decisions": "review_decisions",
    "raw_waivers": "waivers",
    "raw_access_policy": "access_policy",
    "raw_invoices": "invoices",
}
DESCRIPTIONS = {
    "raw_rate_cards": "One row per prefix, carrier and effective date of each delivered rate card, as delivered (D5).",
    "raw_carrier_contracts": "One row per carrier and effective date of each delivered contract file, as delivered.",
    "raw_seat_licenses": "One row per license and effective date of each delivered license file, as delivered.",
    "raw_review_decisions": "One row per decision of a person about a flag, as delivered.",
    "raw_waivers": "One row per day and check that a person waived, so that the day can be closed, as delivered.",
    "raw_access_policy": "One row per person or group, carrier and region of each delivered access policy.",
    "raw_invoices": "One row per line of each delivered invoice, read by its carrier's layout.",
}


def build_delivery_assets(partitions_def: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The explicit list: one pass over the inbox makes them all."""

    @dg.multi_asset(
        name="inbox",
        specs=[
            dg.AssetSpec(
                name, description=DESCRIPTIONS[name], group_name="deliveries", owners=OWNERS, kinds={"csv", "parquet"}
            ).replace_attributes(skippable=True)
            for name in KIND_OF_ASSET
        ],
        partitions_def=partitions_def,
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
    )
    def inbox(
        context: dg.AssetExecutionContext,
        installation: dg.ResourceParam[Installation],
        clock: dg.ResourceParam[Clock],
        usage: dg.ResourceParam[UsageConnection],
    ) -> Iterator[dg.MaterializeResult]:
        installation.claim()
        usage.fill_inbox(installation.directory.inbox)
        with writer_lock(installation.directory.work / "inbox.lock", f"run {context.run.run_id}", context.log.info):
            report = _pass_over(installation, clock)
            if report.waiting:
                context.log.info(f"waiting {SETTLED_SECONDS:.0f} s for files that were just written: {report.waiting}")
                time.sleep(SETTLED_SECONDS)
                report = _pass_over(installation, clock)
            files = parsed_deliveries(installation.lake)
        for file_name, reason in report.ignored:
            context.log.warning(f"not taken: {file_name}: {reason}")
        for delivery in report.taken:
            context.log.info(f"received {delivery.kind}/{delivery.file_name}")
        for file in _new_files(files, report):
            for warning in (*file.warnings, *zero_rates(file), *file.first_reject()):
                context.log.warning(f"{file.delivery.file_name}: {warning}")
        for key in sorted(context.selected_asset_keys, key=lambda key: key.path):
            yield dg.MaterializeResult(asset_key=key, metadata=_metadata(key.path[-1], files, report))

    return [inbox]


def _new_files(files: Sequence[ReferenceFile], report: InboxReport) -> list[ReferenceFile]:
    """Those that came in this pass: what is wrong with older ones was said when they came."""
    taken = {(delivery.kind, delivery.carrier_folder, delivery.sha256) for delivery in report.taken}
    return [file for file in files if (file.delivery.kind, file.delivery.carrier_folder, file.delivery.sha256) in taken]


def _pass_over(installation: Installation, clock: Clock) -> InboxReport:
    directory = installation.directory
    memory = directory.work / "inbox_seen.json"
    return take_files(directory.inbox, installation.lake, memory, clock.now, time.time)


def _metadata(asset_name: str, files: Sequence[ReferenceFile], report: InboxReport) -> dict[str, Any]:
    kind = KIND_OF_ASSET[asset_name]
    own = [file for file in files if file.delivery.kind == kind]
    return {
        "dagster/row_count": sum(file.rows for file in own),
        "files": len(own),
        "new_files": sum(1 for delivery in report.taken if delivery.kind == kind),
        "rows_rejected": sum(file.rejected for file in own),
        "rows_collapsed": sum(file.collapsed for file in own),
        "bytes": sum(file.delivery.bytes for file in own),
        "sha256": dg.MetadataValue.json({file.delivery.file_name: file.delivery.sha256 for file in own[-20:]}),
        "not_taken": dg.MetadataValue.json(dict(report.ignored)),
    }
