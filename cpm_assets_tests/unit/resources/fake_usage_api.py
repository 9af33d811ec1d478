"""A usage API in a function: a script of answers, and a record of what was asked. For tests of this directory."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from cpm_assets.resources.usage_source import GenesysUsageSource

CLIENT_SECRET = "very-secret-word"
DAY_START = datetime(2026, 11, 1, tzinfo=UTC)
DAY_END = datetime(2026, 11, 2, tzinfo=UTC)

Answer = httpx.Response | Exception


def leg(leg_id: str, **changes: object) -> dict[str, Any]:
    """A leg as the guide shows it."""
    return {
        "callId": f"call-{leg_id}",
        "legId": leg_id,
        "startTime": "2026-11-01T14:22:10.000Z",
        "endTime": "2026-11-01T14:25:45.000Z",
        "duration": 215,
        "billingDuration": 220,
        "carrierName": "Bandwidth.com",
        "destinationNumber": "+14155550198",
        "destinationLocation": "San Francisco, CA",
        "callType": "voip",
        "direction": "outbound",
        "callOutcome": "answered",
    } | changes


def page(legs: list[Any], token: str | None = None, total: int | None = None) -> httpx.Response:
    """One page of the answer."""
    body = {"entities": legs, "nextPageToken": token, "total": total}
    return httpx.Response(200, content=json.dumps(body).encode())


@dataclass
class FakeUsageApi:
    """Gives the scripted answers to usage requests in order. Tokens are `token-1`, `token-2`, …"""

    answers: list[Answer]
    token_answers: list[Answer] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    tokens_given: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What httpx calls instead of the network."""
        if request.url.path == "/oauth/token":
            assert request.headers["Authorization"].startswith("Basic ")
            assert request.content == b"grant_type=client_credentials"
            return self._given(self.token_answers.pop(0) if self.token_answers else self._token())
        self.asked.append(request)
        return self._given(self.answers.pop(0))

    def source(self, clock: Callable[[], datetime] = lambda: DAY_END) -> GenesysUsageSource:
        """The real source over this API; sleeping is recorded, jitter is least."""
        return GenesysUsageSource(
            api_url="http://api.test/",
            login_url="http://login.test",
            client_id="client",
            client_secret=CLIENT_SECRET,
            transport=httpx.MockTransport(self.answer),
            clock=clock,
            sleep=self.slept.append,
            random=lambda: 0.0,
        )

    def leg_ids(self) -> list[str]:
        """Every leg that a whole walk brings."""
        with self.source() as source:
            return [each["legId"] for page in source.pages(DAY_START, DAY_END) for each in page.entities]  # type: ignore[index]

    def _token(self) -> httpx.Response:
        self.tokens_given += 1
        body = {"access_token": f"token-{self.tokens_given}", "token_type": "bearer", "expires_in": 86399}
        return httpx.Response(200, content=json.dumps(body))

    def _given(self, answer: Answer) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer
