"""Conversation-detail jobs of Genesys: made, waited for, paged and always deleted; and the notes that find orphans.

A job's id is noted on disk before the job is waited for, and the note goes when the job is deleted. A note whose
process is dead is a crashed run's orphan: the next extraction deletes it. A job whose creation was never answered has
no note; Genesys has no list of jobs, and lets it expire.
"""

import json
import logging
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psutil

from cpm_assets.domain.analytics_plan import JOB_PAGE_SIZE, MOST_JOBS, poll_waits
from cpm_assets.domain.conversation_page import ConversationPage, read_conversation_page
from cpm_assets.domain.extraction_errors import ExtractionError, MalformedPage, RetriesExhausted
from cpm_assets.domain.page_walk import walk_pages
from cpm_assets.domain.session_segments import instant
from cpm_assets.resources.durable_files import write_durably
from cpm_assets.resources.genesys_client import GenesysClient

JOBS_PATH = "/api/v2/analytics/conversations/details/jobs"
_GIVEN_UP = ("FAILED", "CANCELLED", "EXPIRED")
_GONE = (httpx.codes.NOT_FOUND, httpx.codes.GONE)
_WAITING = ("QUEUED", "PENDING")
_JOB_ID = re.compile(r"[0-9A-Za-z-]{1,100}").fullmatch
_log = logging.getLogger(__name__)


class JobNotes:
    """The jobs that runs on this machine are at work on: one file each below `directory`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def add(self, job_id: str) -> Path:
        """Notes a job of this process, durably."""
        process = psutil.Process()
        path = self._directory / f"{job_id}.json"
        write_durably(path, _note(job_id, process.pid, process.create_time()))
        return path

    def give_up(self, job_id: str) -> None:
        """Says that the job is no longer anybody's, though it could not be deleted."""
        write_durably(self._directory / f"{job_id}.json", _note(job_id, None, None))

    def orphans(self) -> list[tuple[str, Path]]:
        """Id and note of each job whose process is gone."""
        found = []
        for path in sorted(self._directory.glob("[!.]*.json")):
            note = json.loads(path.read_bytes())
            if not _is_running(note["pid"], note["process_started"]):
                found.append((str(note["job_id"]), path))
        return found


def _note(job_id: str, pid: int | None, process_started: float | None) -> bytes:
    return json.dumps({"job_id": job_id, "pid": pid, "process_started": process_started}).encode()


def _is_running(pid: int | None, process_started: float | None) -> bool:
    """Whether that very process runs: in a container a new one soon has the old one's number."""
    try:
        return pid is not None and psutil.Process(pid).create_time() == process_started
    except psutil.Error:
        return False


class AnalyticsJobs:
    """Runs jobs over one client."""

    def __init__(self, client: GenesysClient, notes: JobNotes) -> None:
        self._client, self._notes = client, notes

    def available_until(self) -> datetime:
        """The instant (UTC) up to which jobs have every conversation."""
        return self._client.ask("GET", f"{JOBS_PATH}/availability", _read_availability)

    def remove_orphans(self) -> None:
        """Deletes the jobs of crashed runs; one that cannot be deleted now stays noted, and stops nothing."""
        for job_id, note in self._notes.orphans():
            try:
                self._delete(job_id)
            except ExtractionError as error:
                _log.warning("the orphaned job %s could not be deleted: %s", job_id, error)
            else:
                _log.info("deleted job %s, which a run that ended in the middle left behind", job_id)
                note.unlink(missing_ok=True)

    def pages(self, query: dict[str, Any]) -> Generator[ConversationPage]:
        """Every page of a job over `query`. Raises an `ExtractionError` if it was not answered completely.

        A job that the platform gives up is made anew, `MOST_JOBS` in all.
        """
        for number in range(1, MOST_JOBS + 1):
            with self._job(query) as job_id:
                state = self._settled_state(job_id)
                if state == "FULFILLED":
                    yield from self._results(job_id)
                    return
            _log.warning("job %s (%d of %d) ended as %s", job_id, number, MOST_JOBS, state)
        raise RetriesExhausted(f"Genesys gave up {MOST_JOBS} conversation-detail jobs, the last one as {state}")

    @contextmanager
    def _job(self, query: dict[str, Any]) -> Iterator[str]:
        job_id = self._client.ask("POST", JOBS_PATH, _read_job_id, body=query)
        note = self._notes.add(job_id)
        try:
            yield job_id
        finally:
            try:
                self._delete(job_id)
            except ExtractionError as error:  # the note stays: the next extraction deletes it
                _log.warning("job %s could not be deleted: %s", job_id, error)
                self._notes.give_up(job_id)
            else:
                note.unlink(missing_ok=True)

    def _settled_state(self, job_id: str) -> str:
        for wait in poll_waits():
            self._client.sleep(wait)
            state = self._client.ask("GET", f"{JOBS_PATH}/{job_id}", _read_state)
            if state not in _WAITING:
                return state
        raise RetriesExhausted(f"job {job_id} was not done after half an hour")

    def _results(self, job_id: str) -> Generator[ConversationPage]:
        path = f"{JOBS_PATH}/{job_id}/results"

        def fetch(number: int, cursor: str | None) -> ConversationPage:
            parameters = {"pageSize": str(JOB_PAGE_SIZE), **({"cursor": cursor} if cursor else {})}
            return self._client.ask(
                "GET",
                path,
                lambda response: read_conversation_page(number, response.content),
                name=f"GET {path} page {number}",
                parameters=parameters,
            )

        return walk_pages(fetch)

    def _delete(self, job_id: str) -> None:
        """A job that is gone already is as good as deleted."""
        self._client.ask("DELETE", f"{JOBS_PATH}/{job_id}", lambda response: None, also_accepted=_GONE)


def _read_availability(response: httpx.Response) -> datetime:
    available = instant(_field(response, "dataAvailabilityDate"))
    if available is None:
        raise MalformedPage("the answer holds no dataAvailabilityDate")
    return available


def _read_job_id(response: httpx.Response) -> str:
    job_id = _field(response, "jobId")
    if not isinstance(job_id, str) or not _JOB_ID(job_id):
        raise MalformedPage("the answer holds no jobId")
    return job_id


def _read_state(response: httpx.Response) -> str:
    state = _field(response, "state")
    if state == "FULFILLED" or state in _WAITING or state in _GIVEN_UP:
        return str(state)
    raise MalformedPage("the answer holds no state of a job")


def _field(response: httpx.Response, name: str) -> object:
    try:
        document = response.json()
    except (ValueError, RecursionError):
        raise MalformedPage("the answer is not JSON") from None
    return document.get(name) if isinstance(document, dict) else None
