"""Claims about `cpm_assets.jobs`."""

from datetime import date

from cpm_assets.domain.build_plan import PURPOSES, purpose_of
from cpm_assets.jobs import build_jobs
from cpm_assets.partitions import daily_partitions

PARTITIONS = daily_partitions(date(2026, 10, 24))


def test_every_job_has_a_purpose_that_exists() -> None:
    """A run whose purpose is unknown stops in its first asset."""
    purposes = {job.name: purpose_of(job.tags) for job in build_jobs(PARTITIONS)}
    assert set(purposes.values()) == set(PURPOSES)
    assert purposes == {
        "day_job": "day",
        "tick_job": "tick",
        "finalize_job": "finalize",
        "recost_job": "day",
        "reconciliation_job": "reconcile",
        "status_job": "status",
    }


def test_every_job_is_on_the_daily_partitions_and_says_what_it_is_for() -> None:
    """A job without partitions builds no day; one without a word is guessed at by on-call."""
    for job in build_jobs(PARTITIONS):
        assert job.partitions_def == PARTITIONS
        assert job.description
