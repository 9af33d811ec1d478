"""The check of closed days as Dagster shows it: `frozen_days_intact`, run daily by a job of its own (D21).

What is looked at is `resources/frozen_verification.py`. It is seen on the day on which it ran, whatever day is damaged:
one result says that all are intact. A failure fails the run, and so is alerted. Which files are read whole on which
day is `domain/verification_rota.py`.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from cpm_assets.domain.verification_rota import NEWEST_DAYS, ROTA_DAYS, is_read_on
from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.frozen_verification import Verdict, intact_manifests, verify_frozen_days
from cpm_assets.resources.input_verification import InputProblem, verify_inputs
from cpm_assets.runbooks import runbook_metadata

NAME = "frozen_days_intact"
ASSET = "day_versions"
SHOWN_VERSIONS = 10


def build_frozen_days_check(partitions_def: dg.PartitionsDefinition) -> dg.AssetChecksDefinition:
    """The check, in a step that no other run has."""
    description = (
        "Every closed day has its frozen files and their inputs, every manifest its hash (D21). Read whole: the newest "
        f"{NEWEST_DAYS} days, and each older one every {ROTA_DAYS} days."
    )

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
        today = clock.now().date()

        def is_read(day: date) -> bool:
            return is_read_on(day, today)

        verdicts = list(verify_frozen_days(installation.warehouse, is_read))
        damaged = [verdict for verdict in verdicts if verdict.problems]
        inputs = verify_inputs(installation.directory.lake, intact_manifests(installation.warehouse), is_read)
        context.op_execution_context.log_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(ASSET),
                check_name=NAME,
                passed=not damaged and not inputs,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={
                    **_metadata(verdicts, damaged, inputs),
                    **runbook_metadata(installation.settings.runbooks_url, NAME),
                },
                partition=today.isoformat(),
            )
        )
        if damaged or inputs:
            wrong = [f"{each.usage_date} version {each.version}: {', '.join(each.problems)}" for each in damaged]
            raise dg.Failure(
                f"not what was closed: {'; '.join([*wrong, *map(str, inputs)])}",
                allow_retries=False,
            )
        yield from ()  # the result is told above, so that the run can fail after it

    return frozen_days_intact


def _metadata(
    verdicts: Sequence[Verdict], damaged: Sequence[Verdict], inputs: Sequence[InputProblem]
) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {
        "versions": dg.MetadataValue.int(len(verdicts)),
        "damaged": dg.MetadataValue.int(len(damaged)),
        "damaged_inputs": dg.MetadataValue.int(len(inputs)),
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
    if inputs:
        metadata[f"first_{SHOWN_VERSIONS}_inputs"] = dg.MetadataValue.table(
            [dg.TableRecord({"problem": str(each)}) for each in inputs[:SHOWN_VERSIONS]]
        )
    return metadata
