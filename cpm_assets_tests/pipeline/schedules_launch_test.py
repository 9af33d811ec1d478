"""Claims about the schedules and the jobs they name: what is asked for can be launched.

That they ask for the right days is in `unit/schedules_test.py`, which does not load the jobs.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from cpm_assets.build import build_defs
from cpm_assets.settings import Settings


@pytest.mark.parametrize(
    "name",
    ["open_day_schedule", "daily_reconciliation_schedule", "freshness_schedule", "daily_verification_schedule"],
)
def test_what_a_schedule_asks_for_can_be_launched(name: str, tmp_path: Path) -> None:
    """A job of checks alone takes no partition key: the freshness of the open day was asked for and never looked at."""
    repository = build_defs(Settings(tmp_path, date(2026, 11, 1), is_sandbox=True)).get_repository_def()
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        context = dg.build_schedule_context(instance, datetime(2026, 11, 10, 6, tzinfo=UTC), repository_def=repository)
        requests = repository.get_schedule_def(name).evaluate_tick(context).run_requests or []
    assert requests
    assert all(
        {"dagster/partition", "dagster/asset_partition_range_start"} & request.tags.keys() for request in requests
    )
