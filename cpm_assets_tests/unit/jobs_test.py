"""Claims about `cpm_assets.jobs`."""

from cpm_assets.domain.build_plan import PURPOSES, purpose_of
from cpm_assets.jobs import build_jobs


def test_every_job_has_a_purpose_that_exists() -> None:
    """A run whose purpose is unknown stops in its first asset."""
    purposes = {job.name: purpose_of(job.tags) for job in build_jobs()}
    assert set(purposes.values()) == set(PURPOSES)
    assert purposes == {
        "day_job": "day",
        "tick_job": "tick",
        "finalize_job": "finalize",
        "recost_job": "recost",
        "late_sweep_job": "late_sweep",
        "restatement_job": "late_sweep",
        "reconciliation_job": "reconcile",
        "freshness_job": "status",
        "status_job": "status",
        "verify_job": "verify",
        "recompute_job": "recompute",
        "what_if_job": "status",
    }


def test_every_job_says_what_it_is_for() -> None:
    """A job without a word is guessed at by on-call."""
    assert all(job.description for job in build_jobs())
