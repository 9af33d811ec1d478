"""The conversation-details endpoints without HTTP: availability, jobs and their results, and the query.

From a request's parts to a status and a body, or to the reason for refusing it. Credentials, rate limit and passing
faults are in `api.py`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from cpm_assets.sandbox.conversations import Call, calls_as_known, conversation
from cpm_assets.sandbox.legs import instant_text
from cpm_assets.sandbox.organization import Organization
from cpm_assets.sandbox.paging import QueryRefusedError, window_of

DETAILS_PATH = "/api/v2/analytics/conversations/details/"
JOBS_PATH, QUERY_PATH = f"{DETAILS_PATH}jobs", f"{DETAILS_PATH}query"
LARGEST_QUERY_PAGE, LARGEST_JOB_PAGE = 100, 1000
AVAILABILITY_LAG = timedelta(hours=8)
_STATES = ("QUEUED", "PENDING", "FULFILLED")
# Of every four jobs the second fails and the third expires: a client that asks for another gets it.
_FATES = {2: "FAILED", 3: "EXPIRED"}
_FATES_EVERY = 4


@dataclass
class _Job:
    calls: list[Call]
    made_at: datetime
    fate: str
    looks: int = 0


class ConversationAnswers:
    """Answers for one organization. `jobs` are those that nobody has deleted, by id.

    Jobs have what started before `now` less `AVAILABILITY_LAG`; one that asks beyond succeeds and lacks the rest. With
    `faults` some jobs are given up.
    """

    def __init__(self, organization: Organization, now: Callable[[], datetime], faults: bool) -> None:
        self.jobs: dict[str, _Job] = {}
        self._organization, self._now, self._faults = organization, now, faults
        self._jobs_made = 0
        self._lock = threading.Lock()

    def answer(
        self, method: str, path: str, parameters: dict[str, str], body: dict[str, Any]
    ) -> tuple[int, Any] | None:
        """(status, body), or None for an address that is not there. Raises `QueryRefusedError`."""
        if (method, path) == ("POST", QUERY_PATH):
            return 200, self._queried(body)
        if (method, path) == ("GET", f"{JOBS_PATH}/availability"):
            return 200, {"dataAvailabilityDate": instant_text(self._available_until())}
        if (method, path) == ("POST", JOBS_PATH):
            return 202, {"jobId": self._made_job(body)}
        job_id, _, what = path.removeprefix(f"{JOBS_PATH}/").partition("/")
        job = self.jobs.get(job_id) if path.startswith(f"{JOBS_PATH}/") else None
        if job is None:
            return None
        if (method, what) == ("DELETE", ""):
            del self.jobs[job_id]
            return 204, {}
        if (method, what) == ("GET", ""):
            return 200, self._state(job)
        return (200, self._results(job, parameters)) if (method, what) == ("GET", "results") else None

    def _available_until(self) -> datetime:
        return self._now() - AVAILABILITY_LAG

    def _made_job(self, body: dict[str, Any]) -> str:
        start, end = window_of(str(body.get("interval", "")))
        now = self._now()
        found = calls_as_known(self._organization, start, min(end, self._available_until()), now)
        with self._lock:
            self._jobs_made += 1
            fate = _FATES.get(self._jobs_made % _FATES_EVERY, _STATES[-1]) if self._faults else _STATES[-1]
            job_id = str(uuid4())
            self.jobs[job_id] = _Job(found, now, fate)
        return job_id

    def _state(self, job: _Job) -> dict[str, Any]:
        job.looks += 1
        state = _STATES[min(job.looks, len(_STATES)) - 1]
        if state != _STATES[-1] or job.fate == state:
            return {"state": state}
        return {"state": job.fate, "errorMessage": "the sandbox gave this job up"}

    def _results(self, job: _Job, parameters: dict[str, str]) -> dict[str, Any]:
        if job.fate != _STATES[-1] or job.looks < len(_STATES):
            raise QueryRefusedError("bad.request", "the job has no results")
        size = _whole(parameters.get("pageSize", "100"), LARGEST_JOB_PAGE, "pageSize")
        cursor = parameters.get("cursor")
        first = _whole(cursor.removeprefix("from-"), len(job.calls), "cursor") if cursor else 0
        answer: dict[str, Any] = {
            "conversations": [conversation(call, job.made_at) for call in job.calls[first : first + size]],
            "dataAvailabilityDate": instant_text(self._available_until()),
        }
        if first + size < len(job.calls):
            answer["cursor"] = f"from-{first + size}"
        return answer

    def _queried(self, body: dict[str, Any]) -> dict[str, Any]:
        start, end = window_of(str(body.get("interval", "")))
        paging = body.get("paging") or {}
        size = _whole(str(paging.get("pageSize", 25)), LARGEST_QUERY_PAGE, "pageSize")
        number = _whole(str(paging.get("pageNumber", 1)), 1_000_000, "pageNumber")
        now = self._now()
        found = calls_as_known(self._organization, start, end, now)
        page = [conversation(call, now) for call in found[(number - 1) * size : number * size]]
        # As the API does: no list at all on a page beyond the last.
        return {"totalHits": len(found), **({"conversations": page} if page else {})}


def _whole(text: str, most: int, name: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise QueryRefusedError("bad.request", f"{name} must be a whole number from 1 to {most}")
    return int(text)
