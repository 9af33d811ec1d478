"""Tests of `resources/analytics_source.py` and `analytics_jobs.py` over the sandbox's API, without sockets or waits."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cpm_assets.domain.extraction_errors import (
    ExtractionError,
    IncompleteExtraction,
    NotYetAvailable,
    RetriesExhausted,
    SourceRefused,
)
from cpm_assets.domain.extraction_plan import ExtractionKind, day_window
from cpm_assets.domain.extraction_receipt import ExtractionReceipt
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.usage_extraction import due_extraction_of_day, extract, reparse
from cpm_assets.sandbox.conversation_answers import AVAILABILITY_LAG, JOBS_PATH
from cpm_assets.sandbox.organization import Organization
from cpm_assets_tests.unit.resources.sandbox_in_process import InProcessSandbox

DAY = date(2026, 11, 1)
LATER = datetime(2026, 12, 1, tzinfo=UTC)
START, END = day_window(DAY)
AFTERWARDS = END + timedelta(days=3)
SIX_HOURS = START + timedelta(hours=6)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "jobs"


def leg_ids(api: InProcessSandbox, notes: Path, start: datetime = START, end: datetime = END) -> list[str]:
    with api.source(notes) as source:
        return [leg["legId"] for page in source.pages(start, end) for leg in page.entities]  # type: ignore[index]


def failure(api: InProcessSandbox, notes: Path, kind: type[ExtractionError]) -> str:
    with pytest.raises(kind) as caught:
        leg_ids(api, notes)
    return str(caught.value)


def jobs_left(api: InProcessSandbox) -> list[str]:
    return list(api.api.conversations.jobs)


def noted(notes: Path) -> list[Path]:
    return list(notes.glob("*")) if notes.exists() else []


def test_a_day_that_is_over_is_read_by_a_job_that_is_deleted_afterwards(notes: Path) -> None:
    """Jobs count against the organization's limit until somebody deletes them."""
    api = InProcessSandbox(AFTERWARDS)
    assert len(leg_ids(api, notes)) > 250
    job = api.asked[2].rpartition("/")[2]
    assert api.asked[:2] == [f"GET {JOBS_PATH}/availability", f"POST {JOBS_PATH}"]
    assert api.asked[2:] == [
        *[f"GET {JOBS_PATH}/{job}"] * 3,
        f"GET {JOBS_PATH}/{job}/results",
        f"DELETE {JOBS_PATH}/{job}",
    ]
    assert (jobs_left(api), noted(notes)) == ([], [])


def test_the_open_day_and_ticks_are_read_by_the_query(notes: Path) -> None:
    """Their data is in no job yet: the open day would stay empty."""
    api = InProcessSandbox(START + timedelta(hours=18))
    assert leg_ids(api, notes)
    leg_ids(api, notes, SIX_HOURS, SIX_HOURS + timedelta(hours=1))
    assert {request.rpartition("/")[2] for request in api.asked} == {"query"}


def test_job_and_query_give_the_same_legs(notes: Path) -> None:
    """What the ticks showed must not change for the way it was asked, only for what happened since."""
    api = InProcessSandbox(AFTERWARDS)
    by_job = set(leg_ids(api, notes))
    halves = [(START, SIX_HOURS), (SIX_HOURS, END)]
    by_query = {leg for start, end in halves for leg in leg_ids(api, notes, start, end)}
    assert by_query == by_job


def test_a_day_beyond_the_data_is_not_yet_there_and_no_job_is_made(notes: Path) -> None:
    """It would succeed without the day's tail, and nobody would know."""
    api = InProcessSandbox(END + timedelta(hours=1))
    assert "not there yet" in failure(api, notes, NotYetAvailable)
    assert api.asked == [f"GET {JOBS_PATH}/availability"]
    api = InProcessSandbox(END + AVAILABILITY_LAG)
    assert leg_ids(api, notes)


def test_a_job_that_the_platform_gives_up_is_made_anew(notes: Path) -> None:
    """FAILED and EXPIRED are Genesys' own troubles; the day must not fail for one."""
    api = InProcessSandbox(AFTERWARDS, faults=True)
    first = leg_ids(api, notes)
    before = len(api.asked)
    assert leg_ids(api, notes) == first
    assert [request.split(" ")[0] for request in api.asked[before:]].count("POST") == 3
    assert (jobs_left(api), noted(notes)) == ([], [])


def test_jobs_that_are_given_up_again_and_again_fail_the_extraction(notes: Path) -> None:
    """Asked for without end they would use up the organization's jobs."""

    def tamper(request: httpx.Request) -> httpx.Response | None:
        is_look = request.method == "GET" and len(request.url.path.rpartition("/")[2]) == 36
        return httpx.Response(200, json={"state": "FAILED", "errorMessage": "?"}) if is_look else None

    api = InProcessSandbox(AFTERWARDS, tamper=tamper)
    assert "gave up 3 conversation-detail jobs" in failure(api, notes, RetriesExhausted)
    assert (jobs_left(api), noted(notes)) == ([], [])


def test_the_job_is_deleted_after_a_failure_and_in_the_middle_of_its_pages(notes: Path) -> None:
    """A refused page, a full disk, a reader that stops: the job is nobody's any more."""

    def tamper(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(403, json={"message": "no"}) if request.url.path.endswith("/results") else None

    api = InProcessSandbox(AFTERWARDS, tamper=tamper)
    failure(api, notes, SourceRefused)
    assert (jobs_left(api), noted(notes)) == ([], [])
    api = InProcessSandbox(AFTERWARDS)
    with api.source(notes) as source:
        pages = source.pages(START, END)
        next(pages)
        assert len(jobs_left(api)) == len(noted(notes)) == 1
        pages.close()
    assert (jobs_left(api), noted(notes)) == ([], [])


def test_a_crashed_runs_job_is_found_by_its_note_and_deleted(notes: Path) -> None:
    """SIGKILL leaves no time to clean up; Genesys lists no jobs, so the note is all there is."""
    api = InProcessSandbox(AFTERWARDS)
    with api.source(notes) as source:
        pages = source.pages(START, END)
        next(pages)
        (note,) = noted(notes)
        (orphan,) = jobs_left(api)
        # as after a kill: the process of the note is another one than any that runs
        note.write_text(json.dumps(json.loads(note.read_text()) | {"process_started": 1.0}))
        leg_ids(api, notes)
        assert f"DELETE {JOBS_PATH}/{orphan}" in api.asked
        assert (jobs_left(api), noted(notes)) == ([], [])
        pages.close()


def test_a_job_of_a_run_that_is_at_work_is_left_alone(notes: Path) -> None:
    """Deleted under it, a sweep beside the tick would lose its pages."""
    api = InProcessSandbox(AFTERWARDS)
    with api.source(notes) as source:
        pages = source.pages(START, END)
        next(pages)
        leg_ids(api, notes)
        assert len(jobs_left(api)) == 1
        pages.close()


def test_a_job_that_cannot_be_deleted_stays_noted_for_the_next_run(notes: Path) -> None:
    """And the day that it served is good all the same."""
    refusing = True

    def tamper(request: httpx.Request) -> httpx.Response | None:
        is_refused = refusing and request.method == "DELETE"
        return httpx.Response(409, json={"message": "busy"}) if is_refused else None

    api = InProcessSandbox(AFTERWARDS, tamper=tamper)
    assert leg_ids(api, notes)
    assert len(noted(notes)) == 1
    refusing = False
    leg_ids(api, notes)
    assert (jobs_left(api), noted(notes)) == ([], [])


def test_a_query_that_lost_a_conversation_between_two_pages_is_incomplete(notes: Path) -> None:
    """A late record moves the others by a place: one is then on no page at all."""

    def tamper(request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.endswith("/query"):
            return None
        return httpx.Response(
            200, json={"totalHits": 2, "conversations": [{"conversationId": "c", "participants": []}]}
        )

    api = InProcessSandbox(START + timedelta(hours=12), tamper=tamper)
    assert "counts 2 conversations and 1 different" in failure(api, notes, IncompleteExtraction)


def test_errors_name_the_correlation_id_and_no_secret(notes: Path) -> None:
    """Genesys' support asks for that id first."""

    def tamper(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.startswith(JOBS_PATH):
            token = request.headers["Authorization"]
            return httpx.Response(403, json={"message": f"not {token}"}, headers={"ININ-Correlation-Id": "c-77"})
        return None

    message = failure(InProcessSandbox(AFTERWARDS, tamper=tamper), notes, SourceRefused)
    assert "c-77" in message
    assert "sandbox-" not in message.replace("api.test", "")


@pytest.mark.parametrize("path", ["/availability", "/results", "/query", "/jobs"])
@pytest.mark.parametrize(
    "trouble",
    [httpx.Response(503), httpx.Response(429, headers={"Retry-After": "30"}), httpx.Response(200, content=b"{")]
    + [httpx.ReadTimeout("timed out"), httpx.Response(401)],
)
def test_passing_troubles_give_the_same_legs(notes: Path, path: str, trouble: httpx.Response | Exception) -> None:
    """A storm of errors, a half answer or an expired token says nothing about the day."""
    at, window = (SIX_HOURS, (START, START + timedelta(hours=5))) if path == "/query" else (AFTERWARDS, (START, END))
    expected = leg_ids(InProcessSandbox(at), notes, *window)
    troubles = [trouble]

    def tamper(request: httpx.Request) -> httpx.Response | None:
        if not troubles or not request.url.path.endswith(path):
            return None
        found = troubles.pop()
        if isinstance(found, Exception):
            raise found
        return found

    assert leg_ids(InProcessSandbox(at, tamper=tamper), notes, *window) == expected
    assert not troubles


def test_the_minutes_limit_is_kept_by_the_headers(notes: Path) -> None:
    """300 requests a minute are all that the client has; a 429 wastes one and slows everybody who shares it."""
    organization = Organization(legs_per_day=800)
    at = START + timedelta(hours=23)
    window = (START, START + timedelta(hours=22))
    free = InProcessSandbox(at, organization)
    expected = leg_ids(free, notes, *window)
    limited = InProcessSandbox(at, organization, allowed_per_minute=3)
    assert set(leg_ids(limited, notes, *window)) == set(expected)
    assert len(limited.asked) == len(free.asked) > 5
    assert 429 not in limited.statuses
    assert limited.seconds >= 60 * (len(limited.asked) // 3 - 1)


# How it is stored.


def extracted(api: InProcessSandbox, lake: Lake, notes: Path, kind: ExtractionKind = "sweep") -> ExtractionReceipt:
    with api.source(notes) as source:
        return extract(source, lake, DAY, kind, (START, END), api.clock)


def test_conversations_are_kept_verbatim_and_read_again_to_the_same_legs(tmp_path: Path, notes: Path) -> None:
    """A better parser must be able to read last year's days; the figures are traced to what was received."""
    lake = Lake(tmp_path / "lake")
    receipt = extracted(InProcessSandbox(AFTERWARDS), lake, notes)
    assert (receipt.source, receipt.total_reported, receipt.rejected) == ("genesys_analytics", None, 0)
    again = reparse(lake, receipt)
    assert {name: file.sha256 for name, file in again.items()} == {
        name: receipt.files[name]["sha256"] for name in again
    }


def test_a_day_not_yet_there_is_neither_failed_nor_asked_again_at_once(tmp_path: Path, notes: Path) -> None:
    """Failed, it would wake somebody each night; empty, it would be a day without cost."""
    lake = Lake(tmp_path / "lake")
    api = InProcessSandbox(END + timedelta(hours=2))
    with pytest.raises(NotYetAvailable):
        extracted(api, lake, notes)
    assert lake.last_failure(DAY, LATER) is None
    assert lake.extractions(DAY) == []
    awaited = lake.last_awaited(DAY, LATER)
    assert awaited is not None
    assert awaited.reason.startswith("not there yet")
    assert due_extraction_of_day(lake, DAY, api.clock() + timedelta(minutes=45)) is None
    assert due_extraction_of_day(lake, DAY, api.clock() + timedelta(minutes=60)) is not None
    api.sleep(AVAILABILITY_LAG.total_seconds())
    extracted(api, lake, notes)
    assert lake.last_awaited(DAY, LATER) is None
