"""What-if: a past period's traffic at another carrier's prices, asked by hand in the launchpad or by `make what-if`."""

from datetime import date

import dagster as dg

from cpm_assets.domain.what_if import Scenario
from cpm_assets.installation import Installation
from cpm_assets.owners import OWNERS
from cpm_assets.partitions import days_of
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.what_if import write_what_if


class WhatIfConfig(dg.Config):  # type: ignore[misc]
    """Whose traffic, and who would charge it; days as YYYY-MM-DD. Without days the period is the run's partitions."""

    carrier_name: str
    candidate_carrier_name: str
    first_day: str = ""
    last_day: str = ""
    priced_on: str = ""


def build_what_if_assets(partitions_def: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The explicit list: one asset, in no schedule."""

    @dg.asset(
        name="what_if",
        deps=["published"],
        partitions_def=partitions_def,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name="what_if",
        owners=OWNERS,
        kinds={"duckdb", "parquet"},
        description=(
            "One row per region and prefix of a carrier's past traffic × the candidate's: as it was charged, and as "
            "the candidate would charge it, rounding included, by the models that price every day."
        ),
    )
    def what_if(
        context: dg.AssetExecutionContext,
        config: WhatIfConfig,
        installation: dg.ResourceParam[Installation],
        clock: dg.ResourceParam[Clock],
    ) -> dg.MaterializeResult:
        days = days_of(context)
        scenario = Scenario(
            carrier_name=config.carrier_name,
            candidate_carrier_name=config.candidate_carrier_name,
            first_day=date.fromisoformat(config.first_day) if config.first_day else days[0],
            last_day=date.fromisoformat(config.last_day) if config.last_day else days[-1],
            priced_on=date.fromisoformat(config.priced_on) if config.priced_on else None,
        )
        report = write_what_if(installation, scenario, clock.now(), context.log.info)
        return dg.MaterializeResult(
            metadata={
                "scenario": dg.MetadataValue.json(scenario.stated()),
                "legs": report.legs,
                "candidate_unrated_legs": report.candidate_unrated_legs,
                "file": dg.MetadataValue.path(str(report.rows_file)),
            }
        )

    return [what_if]
