"""How the sandbox answers, without HTTP: client credentials, rate limit, and its bad habits.

From a request's parts to (status, body, headers). What a page holds is in `paging.py`, sockets are in `server.py`.
The clock is passed in; only waiting times (Retry-After, rate windows) are real ones.
"""

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from cpm_assets.sandbox.conversation_answers import DETAILS_PATH, ConversationAnswers
from cpm_assets.sandbox.organization import CLIENT_ID, CLIENT_SECRET, Organization
from cpm_assets.sandbox.paging import Pages, QueryRefusedError, checked_query

Answer = tuple[int, dict[str, Any], dict[str, str]]

_TOKEN_LIFE_SECONDS = 86_400
# Of every 40 usage requests one is throttled, of every 90 one finds its token expired: under 4 % in all, so that a
# client's requests stay within 1.05 times the pages. Counted, not drawn: the same client sees the same faults.
_THROTTLED = (40, 4)
_EXPIRED = (90, 7)
# Of every 110 requests for conversation details one finds the service down.
_UNAVAILABLE = (110, 53)


class SandboxApi:
    """Answers for one organisation. `requests` counts them by kind: token, denied, page, throttled, expired, refused;
    for conversation details unavailable and `<method> details`.

    `now` gives the present instant (UTC). `faults` switches 429s and expired tokens on; both are always recoverable.
    `allowed_per_minute` is the rate limit, stated in the headers and kept; `elapsed` (seconds) says which minute it is.
    """

    def __init__(
        self,
        organization: Organization,
        now: Callable[[], datetime],
        faults: bool,
        allowed_per_minute: int,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests: Counter[str] = Counter()
        self._allowed_per_minute = allowed_per_minute
        self._now = now
        self._faults = faults
        self._elapsed = elapsed
        self._pages = Pages(organization)
        self.conversations = ConversationAnswers(organization, now, faults)
        self._lock = threading.Lock()
        self._tokens: set[str] = set()
        self._usage_requests = 0
        self._minute = (0, 0)

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> Answer:
        """(status, body, headers) of any request; `target` is its path with the query string."""
        address = urlsplit(target)
        parameters = dict(parse_qsl(address.query, keep_blank_values=True))
        if (method, address.path) == ("POST", "/oauth/token"):
            return self.answer_token(authorization, dict(parse_qsl(body.decode("utf-8", "replace"))))
        if (method, address.path) == ("GET", "/api/v2/telephony/usage"):
            return self.answer_usage(authorization, parameters)
        if address.path.startswith(DETAILS_PATH):
            return self.answer_conversations(method, address.path, authorization, parameters, _document(body))
        return self.answer_unknown(address.path)

    def answer_token(self, authorization: str, form: dict[str, str]) -> Answer:
        """(status, body, headers) of a token request."""
        expected = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != expected:
            return self._counted("denied", 401, {"error": "invalid_client", "description": "client not authenticated"})
        if form.get("grant_type") != "client_credentials":
            return self._counted("denied", 400, {"error": "unsupported_grant_type", "description": "unknown grant"})
        token = f"sandbox-{uuid4().hex}"
        with self._lock:
            self._tokens.add(token)
        body = {"access_token": token, "token_type": "bearer", "expires_in": _TOKEN_LIFE_SECONDS}
        return self._counted("token", 200, body)

    def answer_usage(self, authorization: str, parameters: dict[str, str]) -> Answer:
        """(status, body, headers) of a usage request."""
        refusal, _ = self._refused(authorization)
        if refusal:
            return refusal
        try:
            page = self._pages.page(checked_query(parameters, self._now()))
        except QueryRefusedError as refused:
            return self._counted("refused", 400, error(400, refused.code, str(refused)))
        return self._counted("page", 200, page)

    def answer_conversations(
        self, method: str, path: str, authorization: str, parameters: dict[str, str], body: dict[str, Any]
    ) -> Answer:
        """(status, body, headers) of a request for conversation details."""
        refusal, turn = self._refused(authorization)
        if refusal:
            return refusal
        if turn % _UNAVAILABLE[0] == _UNAVAILABLE[1]:
            return self._counted("unavailable", 503, error(503, "service.unavailable", "Try again later."))
        try:
            found = self.conversations.answer(method, path, parameters, body)
        except QueryRefusedError as refused:
            return self._counted("refused", 400, error(400, refused.code, str(refused)))
        return self._counted(f"{method} details", *found) if found else self.answer_unknown(path)

    def _refused(self, authorization: str) -> tuple[Answer | None, int]:
        """The refusal of a request for its token or the rate limit, if there is one; and its turn, 0 without faults."""
        token = authorization.removeprefix("Bearer ")
        with self._lock:
            self._usage_requests += 1
            turn = self._usage_requests if self._faults else 0
            if turn % _EXPIRED[0] == _EXPIRED[1]:
                self._tokens.discard(token)
            is_known = token in self._tokens
            wait = self._seconds_over_limit()
        if not is_known:
            body = error(401, "bad.credentials", "Invalid login credentials.")
            return self._counted("expired", 401, body), turn
        if wait or turn % _THROTTLED[0] == _THROTTLED[1]:
            # Both forms of the header, in turn.
            as_date = turn // _THROTTLED[0] % 2 == 1 and not wait
            after = formatdate(time.time() + 1, usegmt=True) if as_date else str(wait or 1)
            body = error(429, "too.many.requests", "Rate limit exceeded the maximum.")
            return self._counted("throttled", 429, body, {"Retry-After": after}), turn
        return None, turn

    def answer_unknown(self, path: str) -> Answer:
        """(status, body, headers) for an address that is not there."""
        return self._counted("unknown", 404, error(404, "not.found", f"There is nothing at {path}"))

    def _seconds_over_limit(self) -> int:
        """Count one request; seconds until the next minute if there were too many in this one, else 0."""
        minute = int(self._elapsed() // 60)
        self._minute = (minute, self._minute[1] + 1 if self._minute[0] == minute else 1)
        return 60 - int(self._elapsed() % 60) if self._minute[1] > self._allowed_per_minute else 0

    def _counted(self, kind: str, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
        with self._lock:
            self.requests[kind] += 1
            count = self._minute[1]
        limits = {
            "inin-ratelimit-count": str(count),
            "inin-ratelimit-allowed": str(self._allowed_per_minute),
            "inin-ratelimit-reset": str(60 - int(self._elapsed() % 60)),
        }
        return status, body, limits | (headers or {})


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def error(status: int, code: str, message: str) -> dict[str, Any]:
    """A body in the shape of Genesys' errors."""
    return {"message": message, "code": code, "status": status, "contextId": str(uuid4()), "details": [], "errors": []}
