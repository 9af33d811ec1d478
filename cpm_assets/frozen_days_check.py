"""The check of closed days as Dagster shows it: `frozen_days_intact`, run daily by a job of its own (D21).

What is looked at is `resources/frozen_verification.py`. It is seen on the day on which it ran, whatever day is damaged:
one result says that all are intact. A failure fails the run, and so is alerted.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.frozen_verification import Verdict, verify_frozen_days
from cpm_assets.runbooks import runbook_metadata

NAME = "frozen_days_intact"
ASSET = "day_versions"
SHOWN_VERSIONS = 10


def build_frozen_days_check(partitions_def: dg.PartitionsDefinition) -> dg.AssetChecksDefinition:
    """The check, in a step that no other run has."""
    description = "Every frozen file of every closed day has its hash, every manifest adds up to its totals (D21)."

    @dg.multi_asset_check(
        name=NAME,
        specs=[dg.AssetCheckSpec(NAME, asset=ASSET, description=description, partitions_def=partitions_def)],
        can_subset=True,
        description=description,
    )
    def frozen_days_intact(
        context: dg.AssetCheckExecutionContext,
        installation: dg.ResourceParam[Installation],
        clock: dg.ResourceParam[Clock],
    ) -> Iterator[dg.AssetCheckResult]:
        verdicts = list(verify_frozen_days(installation.warehouse))
        damaged = [verdict for verdict in verdicts if verdict.problems]
        context.op_execution_context.log_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(ASSET),
                check_name=NAME,
                passed=not damaged,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={
                    **_metadata(verdicts, damaged),
                    **runbook_metadata(installation.settings.runbooks_url, NAME),
                },
                partition=clock.now().date().isoformat(),
            )
        )
        if damaged:
            raise dg.Failure(
                "not what was closed: "
                + "; ".join(
                    f"{each.usage_date} version {each.version}: {', '.join(each.problems)}" for each in damaged
                ),
                allow_retries=False,
            )
        yield from ()  # the result is told above, so that the run can fail after it

    return frozen_days_intact


def _metadata(verdicts: Sequence[Verdict], damaged: Sequence[Verdict]) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {
        "versions": dg.MetadataValue.int(len(verdicts)),
        "damaged": dg.MetadataValue.int(len(damaged)),
        "bytes_read": dg.MetadataValue.int(sum(verdict.bytes_read for verdict in verdicts)),
    }
    if damaged:
        metadata[f"first_{SHOWN_VERSIONS}"] = dg.MetadataValue.table(
            [
                dg.TableRecord(
                    {
                        "usage_date": each.usage_date.isoformat(),
                        "version": each.version,
                        "problems": "; ".join(each.problems),
                    }
                )
                for each in damaged[:SHOWN_VERSIONS]
            ]
        )
    return metadata
