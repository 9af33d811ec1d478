"""Usage: `raw_legs`, the usage API's answers as received, in the lake."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg

from cpm_assets.domain.build_plan import LATE_SWEEP, TICK, purpose_of
from cpm_assets.domain.extraction_errors import ExtractionError, NotYetAvailable
from cpm_assets.domain.extraction_plan import PlannedExtraction, whole_day
from cpm_assets.domain.extraction_receipt import ExtractionReceipt
from cpm_assets.installation import Installation
from cpm_assets.owners import OWNERS
from cpm_assets.partitions import days_of
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.usage_connection import UsageConnection
from cpm_assets.resources.usage_extraction import due_extraction_of_day, extract
from cpm_assets.runbooks import runbook_metadata
from cpm_assets.runs import mark_process

DESCRIPTION = """One file set per extraction of a UTC day: the API's pages verbatim, and the legs in them as columns.

A person who materializes a day, and finalization, read all of it; the 15-minute tick reads what is new
(`domain/extraction_plan.py` says what is read when). Nothing is ever overwritten (D16, D22, D25)."""


def build_usage_assets(partitions_def: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The explicit list of usage assets."""

    @dg.multi_asset(
        name="raw_legs",
        specs=[
            dg.AssetSpec(
                "raw_legs",
                group_name="usage",
                owners=OWNERS,
                kinds={"genesys", "json", "parquet"},
                description=DESCRIPTION,
            ).replace_attributes(skippable=True)
        ],
        partitions_def=partitions_def,
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,  # the check's result is told on its day, not as the step's output
        check_specs=[
            dg.AssetCheckSpec(
                "extraction_complete",
                asset="raw_legs",
                partitions_def=partitions_def,
                description="The usage API answered the day completely; an incomplete answer replaces nothing (D23). "
                "Warns, without a failure, while the source does not have the day yet.",
            )
        ],
        retry_policy=dg.RetryPolicy(max_retries=1, delay=10),
    )
    def raw_legs(
        context: dg.AssetExecutionContext,
        installation: dg.ResourceParam[Installation],
        clock: dg.ResourceParam[Clock],
        usage: dg.ResourceParam[UsageConnection],
    ) -> Iterator[dg.MaterializeResult]:
        installation.claim()
        for advice in installation.settings.advice:
            context.log.warning(advice)
        mark_process(context)
        days = days_of(context)
        final_days = installation.warehouse.builds.final_days(days)
        failures: dict[date, str] = {}
        awaited: dict[date, str] = {}
        receipts: list[ExtractionReceipt] = []
        for number, day in enumerate(days, start=1):
            plan = _planned(context, installation, clock, day, day in final_days)
            if plan is None:
                continue
            context.log.info(f"{day} ({number} of {len(days)}): {plan.kind}, {plan.reason}")
            try:
                receipts.append(_extracted(context, installation, clock, usage, plan))
            except NotYetAvailable as error:
                awaited[day] = str(error)
                context.log.info(f"{day}: {error}")
            except ExtractionError as error:
                failures[day] = str(error)
                context.log.warning(f"{day}: not read completely, what was there stays: {error}")
        for day in days:
            context.log_event(
                _completeness(day, failures.get(day), awaited.get(day), installation.settings.runbooks_url)
            )
        if failures and len(failures) == len(days):
            raise dg.Failure(
                f"{len(failures)} day(s) not read completely: "
                + "; ".join(f"{day}: {reason}" for day, reason in failures.items()),
                metadata=runbook_metadata(installation.settings.runbooks_url, "extraction_complete"),
            )
        yield dg.MaterializeResult(metadata=_metadata(receipts, failures, awaited, final_days))

    return [raw_legs]


def _planned(
    context: dg.AssetExecutionContext, installation: Installation, clock: Clock, day: date, is_final: bool
) -> PlannedExtraction | None:
    """What is to be read of a day now; None when nothing is, and the log says why."""
    if is_final and purpose_of(context.run.tags) != LATE_SWEEP:
        context.log.info(f"{day} is final: nothing recomputes it (D21)")
        return None
    if purpose_of(context.run.tags) != TICK:
        return whole_day(day, purpose_of(context.run.tags))
    plan = due_extraction_of_day(installation.lake, day, clock.now())
    if plan is None:
        context.log.info(f"{day}: nothing new to read")
    return plan


def _extracted(
    context: dg.AssetExecutionContext,
    installation: Installation,
    clock: Clock,
    usage: UsageConnection,
    plan: PlannedExtraction,
) -> ExtractionReceipt:
    def progress(pages: int, legs: int) -> None:
        context.log.info(f"{plan.asked_day}: {pages:,} pages, {legs:,} legs so far")

    with usage.open() as source:
        receipt = extract(
            source,
            installation.lake,
            plan.asked_day,
            plan.kind,
            (plan.window_start, plan.window_end),
            clock.now,
            progress,
        )
    context.log.info(
        f"{plan.asked_day}: {receipt.distinct_legs:,} legs on {receipt.pages:,} pages, {receipt.rejected:,} rejected"
    )
    return receipt


def _completeness(day: date, failure: str | None, awaited: str | None, runbooks_url: str) -> dg.AssetCheckEvaluation:
    """The check's result on its own day, in a run of one day or of many alike.

    A day that the source does not have yet is not complete, and nothing is wrong: it warns.
    """
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey("raw_legs"),
        check_name="extraction_complete",
        passed=failure is None and awaited is None,
        severity=dg.AssetCheckSeverity.WARN if awaited and not failure else dg.AssetCheckSeverity.ERROR,
        metadata={
            "reason": dg.MetadataValue.text(failure or awaited or "complete"),
            **runbook_metadata(runbooks_url, "extraction_complete"),
        },
        partition=day.isoformat(),
    )


def _metadata(
    receipts: list[ExtractionReceipt], failures: dict[date, str], awaited: dict[date, str], final_days: Any
) -> dict[str, Any]:
    """Rows, bytes, requests, rejects and hashes; Dagster plots the numbers over the days."""
    return {
        "dagster/row_count": sum(receipt.distinct_legs for receipt in receipts),
        "legs_received": sum(receipt.legs_received for receipt in receipts),
        "legs_rejected": sum(receipt.rejected for receipt in receipts),
        "pages": sum(receipt.pages for receipt in receipts),
        "requests": sum(receipt.requests for receipt in receipts),
        "bytes": sum(file["bytes"] for receipt in receipts for file in receipt.files.values()),
        "extractions": dg.MetadataValue.json(
            {receipt.extraction_id: receipt.files["pages.jsonl.gz"]["sha256"] for receipt in receipts}
        ),
        "failed_days": dg.MetadataValue.json({str(day): reason for day, reason in failures.items()}),
        "awaited_days": dg.MetadataValue.json({str(day): reason for day, reason in awaited.items()}),
        "final_days_left_alone": dg.MetadataValue.json([str(day) for day in final_days]),
    }
