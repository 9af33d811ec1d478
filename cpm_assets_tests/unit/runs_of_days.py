"""Runs as Dagster records them, made in an instance without running anything: for tests of what is read from them."""

from collections.abc import Mapping
from datetime import date

import dagster as dg

from cpm_assets.domain.build_plan import PURPOSE_TAG

STARTED, SUCCESS, FAILURE = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE


def run_of(
    instance: dg.DagsterInstance,
    status: dg.DagsterRunStatus,
    day: date | None = None,
    *,
    job_name: str = "finalize_job",
    purpose: str = "finalize",
    tags: Mapping[str, str] | None = None,
) -> dg.DagsterRun:
    """A run of a job in this state, of one day or, by its tags, of a range."""

    @dg.job(name=job_name)
    def a_job() -> None:
        pass

    partition = {"dagster/partition": day.isoformat()} if day else {}
    return instance.create_run_for_job(a_job, status=status, tags={PURPOSE_TAG: purpose, **partition, **(tags or {})})
