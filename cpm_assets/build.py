"""Build: the one explicit list of everything that Dagster runs here. Production, demonstration and tests share it."""

from __future__ import annotations

import warnings

import dagster as dg

from cpm_assets.assets.bi_files import build_bi_assets
from cpm_assets.assets.deliveries import build_delivery_assets
from cpm_assets.assets.dispute_packs import build_dispute_assets
from cpm_assets.assets.usage import build_usage_assets
from cpm_assets.assets.warehouse import build_warehouse_assets
from cpm_assets.assets.what_if import build_what_if_assets
from cpm_assets.checks import build_checks
from cpm_assets.console import plain_console
from cpm_assets.dbt_project import prepared_project
from cpm_assets.installation import Installation
from cpm_assets.jobs import build_jobs
from cpm_assets.partitions import daily_partitions
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.usage_connection import UsageConnection
from cpm_assets.schedules import build_schedules
from cpm_assets.sensors import build_sensors
from cpm_assets.settings import Settings, settings_from_environment

# dagster 1.13: partitions on an asset check spec are a preview, and links to a model's file are in beta. On-call looks
# at both; everything of the kind is silenced here and nowhere else.
warnings.filterwarnings("ignore", category=dg.PreviewWarning, message=".*AssetCheckSpec.*")
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*(CodeReference|backfill_policy).*")


def build_defs(
    settings: Settings | None = None, clock: Clock | None = None, usage: UsageConnection | None = None
) -> dg.Definitions:
    """Everything for one installation. `clock` and `usage` are given by the demonstration and by tests.

    Raises SettingsError when the environment is half set.
    """
    installation = Installation(settings or settings_from_environment())
    clock = clock or Clock()
    partitions_def = daily_partitions(installation.settings.first_day)
    project = prepared_project()
    return dg.Definitions(
        assets=[
            *build_usage_assets(partitions_def),
            *build_delivery_assets(partitions_def),
            *build_warehouse_assets(partitions_def, project),
            *build_dispute_assets(partitions_def),
            *build_bi_assets(partitions_def),
            *build_what_if_assets(partitions_def),
        ],
        asset_checks=build_checks(partitions_def),
        jobs=build_jobs(),
        schedules=build_schedules(installation),
        sensors=build_sensors(installation, clock),
        resources={
            "installation": installation,
            "clock": clock,
            "usage": usage or UsageConnection(installation.settings, clock),
        },
        executor=dg.in_process_executor,
        loggers={"console": plain_console},
    )
