"""Claims about the schedules and the jobs they name: what is asked for can be launched.

That they ask for the right days is in `unit/schedules_test.py`, which does not load the jobs.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import dagster as dg
import pytest

from cpm_assets.build import build_defs
from cpm_assets.settings import Settings


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> dg.RepositoryDefinition:
    """Everything, as the daemon loads it, for a data directory with nothing in it."""
    settings = Settings(tmp_path_factory.mktemp("schedules"), date(2026, 11, 1), is_sandbox=True)
    return build_defs(settings).get_repository_def()


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory, repository: dg.RepositoryDefinition) -> Iterator[object]:
    """Dagster's records, of no run yet."""
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as instance:
        yield instance


@pytest.mark.parametrize(
    "name",
    [
        *("open_day_schedule", "daily_reconciliation_schedule", "freshness_schedule", "daily_verification_schedule"),
        "nightly_recomputation_schedule",
    ],
)
def test_what_a_schedule_asks_for_can_be_launched(
    name: str, repository: dg.RepositoryDefinition, instance: dg.DagsterInstance
) -> None:
    """A job of checks alone takes no partition key, and of several requests each needs a key of its own: the daemon
    refused both, tick after tick, while every test of the days that are asked for passed."""
    at = datetime(2026, 11, 10, 6, tzinfo=UTC)
    context = dg.build_schedule_context(instance, at, repository_def=repository)
    requests = repository.get_schedule_def(name).evaluate_tick(context).run_requests or []
    assert requests
    assert all(
        {"dagster/partition", "dagster/asset_partition_range_start"} & request.tags.keys() for request in requests
    )
