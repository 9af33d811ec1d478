"""The sandbox's API behind httpx without a socket, with a clock that only sleeping moves. For tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from cpm_assets.resources.analytics_jobs import JobNotes
from cpm_assets.resources.analytics_source import AnalyticsUsageSource
from cpm_assets.sandbox.api import SandboxApi
from cpm_assets.sandbox.organization import CLIENT_ID, CLIENT_SECRET, Organization

Tampering = Callable[[httpx.Request], httpx.Response | None]


@dataclass
class InProcessSandbox:
    """`tamper` may answer a request in the API's place. `asked` are the requests of the API, `METHOD path`."""

    now: datetime
    organization: Organization = field(default_factory=lambda: Organization(legs_per_day=300))
    faults: bool = False
    allowed_per_minute: int = 60_000
    tamper: Tampering = lambda request: None
    asked: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.api = SandboxApi(
            self.organization, lambda: self.clock(), self.faults, self.allowed_per_minute, lambda: self.seconds
        )

    def clock(self) -> datetime:
        """The instant now: the first one and what was slept since."""
        return self.now + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Moves the clock."""
        self.seconds += seconds

    def source(self, notes: Path) -> AnalyticsUsageSource:
        """The real source over this API."""
        return AnalyticsUsageSource(JobNotes(notes), **self.client())

    def client(self) -> dict[str, object]:
        """The keywords of a client over this API."""
        return {
            "api_url": "http://api.test",
            "login_url": "http://login.test",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "transport": httpx.MockTransport(self._answer),
            "clock": self.clock,
            "sleep": self.sleep,
            "random": lambda: 0.0,
        }

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/oauth/token":
            self.asked.append(f"{request.method} {request.url.path}")
        answer = self.tamper(request)
        if answer is None:
            authorization = request.headers.get("Authorization", "")
            target = request.url.raw_path.decode()
            status, body, headers = self.api.answer(request.method, target, authorization, request.content)
            answer = httpx.Response(status, json=body, headers={"ININ-Correlation-Id": "c-1", **headers})
        self.statuses.append(answer.status_code)
        return answer
