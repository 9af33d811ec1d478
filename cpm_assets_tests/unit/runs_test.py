"""Claims about `cpm_assets.runs`, with a real Dagster instance and processes that are really dead."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest

from cpm_assets.runs import (
    PROCESS_TAG,
    days_failed_since,
    days_in_progress,
    days_of_run,
    fail_runs_of_dead_processes,
    process_tags,
    range_tags,
)
from cpm_assets_tests.unit.runs_of_days import FAILURE, STARTED, SUCCESS, run_of

D1, D2, D3 = (date(2026, 11, day) for day in (1, 2, 3))


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def killed_process_tags(*, is_waited_for: bool = True) -> dict[str, str]:
    process = sleeper()
    tags = process_tags(process.pid)
    process.kill()
    if is_waited_for:
        process.wait()
    else:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and left a zombie
    return tags


def status_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    return instance.get_run_by_id(run.run_id).status


def test_the_days_of_a_run_are_its_partition_its_range_or_none(instance: dg.DagsterInstance) -> None:
    """A backfill that is not seen to work on a day gets a second run on it."""
    assert days_of_run(run_of(instance, SUCCESS, D1)) == [D1]
    assert days_of_run(run_of(instance, SUCCESS, tags=range_tags(D1, D3))) == [D1, D2, D3]
    assert days_of_run(run_of(instance, SUCCESS, tags=range_tags(D2, D2))) == [D2]
    assert days_of_run(run_of(instance, SUCCESS)) == []


def test_days_in_progress_are_those_of_unfinished_runs_of_that_job(instance: dg.DagsterInstance) -> None:
    """The sensor would launch a closing beside the one that waits, or that is being cancelled and still writes."""
    run_of(instance, dg.DagsterRunStatus.NOT_STARTED, D1)
    run_of(instance, dg.DagsterRunStatus.CANCELING, D2)
    run_of(instance, SUCCESS, D3)
    run_of(instance, STARTED, D3, job_name="day_job")
    assert days_in_progress(instance, "finalize_job") == {D1, D2}


def test_days_failed_are_those_of_failed_or_cancelled_runs_of_that_job_since_then(instance: dg.DagsterInstance) -> None:
    """Held back for other jobs' failures or for ever, a day would never be closed."""
    run_of(instance, FAILURE, D1)
    run_of(instance, dg.DagsterRunStatus.CANCELED, D2)
    run_of(instance, FAILURE, D3, job_name="tick_job")
    now = datetime.now(UTC)
    assert days_failed_since(instance, "finalize_job", now - timedelta(hours=1)) == {D1, D2}
    assert days_failed_since(instance, "finalize_job", now + timedelta(hours=1)) == set()


@pytest.mark.parametrize("is_waited_for", [True, False])
@pytest.mark.parametrize("status", [STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING])
def test_the_run_of_a_killed_process_is_failed_once(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus, is_waited_for: bool
) -> None:
    """It would be `started` for ever: its day is never closed, its failure never told. A zombie is dead, too."""
    run = run_of(instance, status, D1, tags=killed_process_tags(is_waited_for=is_waited_for))
    said: list[str] = []
    assert fail_runs_of_dead_processes(instance, said.append) == [run.run_id]
    assert status_of(instance, run) == FAILURE
    assert len(said) == 1
    assert run.run_id in said[0]
    assert fail_runs_of_dead_processes(instance, said.append) == []


def test_the_pool_slot_of_a_killed_run_is_free_again(instance: dg.DagsterInstance) -> None:
    """The next run waited twelve minutes in silence for the slot of a dead one."""
    storage = instance.event_log_storage
    storage.set_concurrency_slots("warehouse", 1)
    run = run_of(instance, STARTED, D1, tags=killed_process_tags())
    assert storage.claim_concurrency_slot("warehouse", run.run_id, "warehouse").is_claimed
    assert not storage.claim_concurrency_slot("warehouse", "next", "warehouse").is_claimed
    fail_runs_of_dead_processes(instance, print)
    assert storage.claim_concurrency_slot("warehouse", "next", "warehouse").is_claimed


def test_runs_whose_process_lives_or_cannot_be_judged_are_left_alone(instance: dg.DagsterInstance) -> None:
    """A running build marked as failed is launched a second time."""
    host, pid, started = process_tags(os.getpid())[PROCESS_TAG].rsplit(":", 2)
    left_alone = [
        run_of(instance, STARTED, D1, tags=process_tags(os.getpid())),
        run_of(instance, STARTED, D1, tags={PROCESS_TAG: f"{host}:{pid}:{float(started) + 1:.2f}"}),  # clock was set
        run_of(instance, STARTED, D1, tags={PROCESS_TAG: f"another-machine:{pid}:1.00"}),
        run_of(instance, STARTED, D1),
        run_of(instance, dg.DagsterRunStatus.NOT_STARTED, D1, tags=killed_process_tags()),
    ]
    assert fail_runs_of_dead_processes(instance, print) == []
    assert all(status_of(instance, run) == run.status for run in left_alone)


def test_a_process_id_that_is_used_again_is_not_the_process_that_died(instance: dg.DagsterInstance) -> None:
    """After a container's restart the daemon may have the very id of the run that was killed with the old one."""
    host, pid, started = process_tags(os.getpid())[PROCESS_TAG].rsplit(":", 2)
    run = run_of(instance, STARTED, D1, tags={PROCESS_TAG: f"{host}:{pid}:{float(started) - 60:.2f}"})
    assert fail_runs_of_dead_processes(instance, print) == [run.run_id]
