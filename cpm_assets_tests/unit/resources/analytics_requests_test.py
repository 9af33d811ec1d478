"""How many requests a day of 200,000 conversations costs, at a server that enforces 300 a minute, in virtual time."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cpm_assets.domain.analytics_plan import JOB_PAGE_SIZE, QUERY_PAGE_SIZE
from cpm_assets.resources.analytics_jobs import JobNotes
from cpm_assets.resources.analytics_source import AnalyticsUsageSource

ALLOWED_A_MINUTE = 300
START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=1)
JOB_LOOKS = 6


@dataclass
class EnforcingApi:
    """Conversation details without participants, by the page. `by_others` requests of each minute are not ours."""

    now: datetime
    conversations: int
    by_others: int = 0
    seconds: float = 0.0
    looks: int = 0
    asked: int = 0
    throttled: int = 0
    of_minutes: Counter[int] = field(default_factory=Counter)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def clock(self) -> datetime:
        return self.now + timedelta(seconds=self.seconds)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t"})
        self.asked += 1
        self.seconds += 0.05
        minute, reset = divmod(int(self.seconds), 60)
        self.of_minutes[minute] += 1
        count = self.of_minutes[minute] + self.by_others
        headers = {
            "inin-ratelimit-count": str(count),
            "inin-ratelimit-allowed": str(ALLOWED_A_MINUTE),
            "inin-ratelimit-reset": str(60 - reset),
        }
        if count > ALLOWED_A_MINUTE:
            self.throttled += 1
            return httpx.Response(429, headers={"Retry-After": str(60 - reset)})
        return httpx.Response(200, content=self._body(request), headers=headers)

    def source(self, notes: Path) -> AnalyticsUsageSource:
        return AnalyticsUsageSource(
            JobNotes(notes),
            api_url="http://api.test",
            login_url="http://login.test",
            client_id="client",
            client_secret="secret",
            transport=httpx.MockTransport(self.answer),
            clock=self.clock,
            sleep=self.sleep,
            random=lambda: 0.0,
        )

    def _body(self, request: httpx.Request) -> str:
        path = request.url.path
        if path.endswith("/availability"):
            return f'{{"dataAvailabilityDate": "{self.clock().isoformat()}"}}'
        if path.endswith("/jobs"):
            return '{"jobId": "a-job"}'
        if path.endswith("/a-job"):
            self.looks += 1
            return f'{{"state": "{"FULFILLED" if self.looks == JOB_LOOKS else "PENDING"}"}}'
        if path.endswith("/results"):
            first, size = int(request.url.params.get("cursor", "0")), JOB_PAGE_SIZE
            more = f', "cursor": "{first + size}"' if first + size < self.conversations else ""
        else:
            first, size = (int(request.content.rpartition(b":")[2].strip(b"} ")) - 1) * QUERY_PAGE_SIZE, QUERY_PAGE_SIZE
            more = f', "totalHits": {self.conversations}'
        last = min(first + size, self.conversations)
        found = ", ".join(f'{{"conversationId": "{number}", "participants": []}}' for number in range(first, last))
        return f'{{"conversations": [{found}]{more}}}'


@pytest.mark.parametrize(
    ("now", "day_conversations", "page_size", "by_others"),
    [
        (END + timedelta(days=3), 200_000, JOB_PAGE_SIZE, 200),
        (END - timedelta(hours=1), 60_000, QUERY_PAGE_SIZE, 0),
    ],
    ids=["job", "query"],
)
def test_a_day_costs_the_requests_that_paging_needs_inside_the_limit(
    tmp_path: Path, now: datetime, day_conversations: int, page_size: int, by_others: int
) -> None:
    """The limit is the organization's whole integration's: what we waste, somebody else is refused."""
    api = EnforcingApi(now, day_conversations, by_others)
    with api.source(tmp_path) as source:
        conversations = sum(len(page.conversations) for page in source.pages(START, END))
        needed = day_conversations // page_size
        assert conversations == day_conversations
        assert source.requests_sent == api.asked <= 1.1 * needed
    assert api.throttled == 0
    assert max(api.of_minutes.values()) + by_others <= ALLOWED_A_MINUTE
