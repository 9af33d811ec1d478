"""The check that closed figures can be had again from their inputs: `closed_day_recomputed`, nightly (D22).

One closed day a night, chosen by the run's date (`domain/verification_rota.py`), with each version. A difference by the
same rules fails the run, and so is alerted; where the rules are others by now it is the code's, and is only told.
"""

from collections.abc import Iterator

import dagster as dg

from cpm_assets.domain.verification_rota import day_to_recompute
from cpm_assets.installation import Installation
from cpm_assets.partitions import days_of
from cpm_assets.resources.day_comparison import recompute_version
from cpm_assets.resources.frozen_versions import read_version
from cpm_assets.runbooks import runbook_metadata

NAME = "closed_day_recomputed"
ASSET = "day_versions"


def build_closed_day_check(partitions_def: dg.PartitionsDefinition) -> dg.AssetChecksDefinition:
    """The check, in a step that no other run has."""
    description = (
        "A closed day, another one each night: each of its versions, worked out again from the inputs known at its "
        "instant, is what was frozen, to the last micro-unit (D22)."
    )

    @dg.multi_asset_check(
        name=NAME,
        specs=[dg.AssetCheckSpec(NAME, asset=ASSET, description=description, partitions_def=partitions_def)],
        can_subset=True,
        description=description,
    )
    def closed_day_recomputed(
        context: dg.AssetCheckExecutionContext,
        installation: dg.ResourceParam[Installation],
    ) -> Iterator[dg.AssetCheckResult]:
        night, frozen = days_of(context)[-1], installation.warehouse.frozen
        day = day_to_recompute(frozen.days(), night)
        versions = [read_version(path) for path in frozen.of_day(day)] if day else []
        found = [recompute_version(installation, version, context.log.info) for version in versions]
        broken = [f"{each.usage_date} version {each.version} is {each.verdict}" for each in found if each.is_broken]
        by_code = [each for each in found if each.difference is not None and not each.is_broken]
        context.op_execution_context.log_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(ASSET),
                check_name=NAME,
                passed=not broken,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={
                    "recomputed_day": dg.MetadataValue.text(str(day) if day else "no day is closed yet"),
                    **{f"version_{each.version}": dg.MetadataValue.text(each.verdict) for each in found},
                    "caused_by_code": dg.MetadataValue.int(len(by_code)),
                    **runbook_metadata(installation.settings.runbooks_url, NAME),
                },
                partition=night.isoformat(),
            )
        )
        if broken:
            raise dg.Failure("; ".join(broken), allow_retries=False)
        yield from ()  # the result is told above, so that the run can fail after it

    return closed_day_recomputed
