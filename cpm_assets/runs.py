"""Runs: questions about Dagster's runs, and mending what a killed process left behind in Dagster's own records."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from datetime import date, datetime, timedelta

import dagster as dg
import psutil

PROCESS_TAG = "cpm/process"
AT_WORK = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
UNFINISHED = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, *AT_WORK]
ENDED_WITHOUT_SUCCESS = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
START_TIME_SECONDS = 2.0
"""A process's start is worked out from the machine's boot time, which moves a little when its clock is set."""
PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"


def range_tags(first: date, last: date) -> dict[str, str]:
    """The run tags by which Dagster takes one run over a range of daily partitions."""
    return {RANGE_START_TAG: first.isoformat(), RANGE_END_TAG: last.isoformat()}


def days_of_run(run: dg.DagsterRun) -> list[date]:
    """The UTC days of a run's partition or range of partitions; none if it has neither."""
    if PARTITION_TAG in run.tags:
        return [date.fromisoformat(run.tags[PARTITION_TAG])]
    if RANGE_START_TAG not in run.tags:
        return []
    first, last = (date.fromisoformat(run.tags[tag]) for tag in (RANGE_START_TAG, RANGE_END_TAG))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def days_in_progress(instance: dg.DagsterInstance, job_name: str) -> set[date]:
    """The days that unfinished runs of a job are working on."""
    runs = instance.get_runs(dg.RunsFilter(job_name=job_name, statuses=UNFINISHED))
    return {day for run in runs for day in days_of_run(run)}


def days_failed_since(instance: dg.DagsterInstance, job_name: str, since: datetime) -> set[date]:
    """The days of runs of a job that were launched after `since` and failed or were cancelled."""
    runs = instance.get_runs(dg.RunsFilter(job_name=job_name, statuses=ENDED_WITHOUT_SUCCESS, created_after=since))
    return {day for run in runs for day in days_of_run(run)}


def process_tags(pid: int) -> dict[str, str]:
    """The run tags that say which process works on a run, so that a killed one can be recognised."""
    return {PROCESS_TAG: _process_name(pid)}


def mark_process(context: dg.AssetExecutionContext) -> None:
    """Note on the run that this process works on it."""
    context.instance.add_run_tags(context.run.run_id, process_tags(os.getpid()))


def fail_runs_of_dead_processes(instance: dg.DagsterInstance, say: Callable[[str], object]) -> list[str]:
    """Mark runs as failed whose process is gone, and free the pool slots they hold; returns their ids.

    A SIGKILLed run stays `started` for ever otherwise, and its slot keeps every later run waiting.
    """
    reaped = []
    for run in instance.get_runs(dg.RunsFilter(statuses=AT_WORK)):
        process = run.tags.get(PROCESS_TAG)
        if process is not None and not _is_alive(process):
            instance.report_run_failed(run, f"the process of this run ({process}) is gone: it was killed")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            say(f"run {run.run_id} was killed; it is marked as failed")
            reaped.append(run.run_id)
    return reaped


def _process_name(pid: int) -> str:
    """Host, pid and start time: a pid alone is used again after a restart."""
    return f"{platform.node()}:{pid}:{psutil.Process(pid).create_time():.2f}"


def _is_alive(process: str) -> bool:
    """Whether that very process still runs. A zombie does not: it is dead, and only not yet waited for."""
    host, pid, started = process.rsplit(":", 2)
    if host != platform.node():
        return True  # another machine's process cannot be judged from here
    try:
        found = psutil.Process(int(pid))
        is_same = abs(found.create_time() - float(started)) < START_TIME_SECONDS
        return is_same and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True  # another user's: it is there
