"""The sandbox over HTTP, as a client sees it: tokens, pages, refusals, throttling, expired tokens.

A small hand-written client; the product's own client is tested elsewhere.
"""

import http.client
import json
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from cpm_assets.sandbox.faults import MALFORMED_DAY
from cpm_assets.sandbox.organization import CLIENT_ID, CLIENT_SECRET, DEMO_AS_OF, Organization
from cpm_assets.sandbox.server import SandboxServer
from cpm_assets.sandbox.traffic import records_as_known

ORGANIZATION = Organization(legs_per_day=300)
DAY = MALFORMED_DAY
WHOLE_DAY = "2026-10-27T00:00:00Z/2026-10-28T00:00:00Z"


class Client:
    """Asks one server over one kept connection."""

    def __init__(self, server: SandboxServer) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        self.token = ""

    def authenticate(self, secret: str = CLIENT_SECRET) -> int:
        basic = b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", "/oauth/token", "grant_type=client_credentials", headers)
        response = self._connection.getresponse()
        self.token = json.loads(response.read()).get("access_token", "")
        return response.status

    def usage(self, **parameters: object) -> tuple[int, dict[str, Any], http.client.HTTPMessage]:
        address = f"/api/v2/telephony/usage?{urlencode(parameters)}"
        self._connection.request("GET", address, headers={"Authorization": f"Bearer {self.token}"})
        response = self._connection.getresponse()
        return response.status, json.loads(response.read()), response.headers

    def pages(self, time_range: str, page_size: int) -> Iterator[dict[str, Any]]:
        more: dict[str, object] = {"page": 1}
        while True:
            status, body, _ = self.usage(timeRange=time_range, pageSize=page_size, **more)
            assert status == 200, body
            yield body
            if not body["nextPageToken"]:
                return
            more = {"page": body["pageNumber"] + 1, "nextPageToken": body["nextPageToken"]}

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(ORGANIZATION, now=lambda: DEMO_AS_OF, faults=False) as running:
        yield running


@pytest.fixture
def client(server: SandboxServer) -> Iterator[Client]:
    asking = Client(server)
    asking.authenticate()
    yield asking
    asking.close()


@pytest.mark.parametrize("page_size", [500, 100, 37])
def test_the_pages_together_are_the_day(client: Client, page_size: int) -> None:
    """A page lost or made twice differently would be a wrong bill."""
    pages = list(client.pages(WHOLE_DAY, page_size))
    received = [json.dumps(one, sort_keys=True) for page in pages for one in page["entities"]]
    expected = {json.dumps(one, sort_keys=True) for one in records_as_known(ORGANIZATION, DAY, DEMO_AS_OF)}
    assert set(received) == expected
    assert len(received) > len(expected), "some legs come twice"
    assert {page["total"] for page in pages} == {len(expected) - 1}, "all but the malformed record"


def test_pages_of_one_extraction_show_one_instant() -> None:
    """A leg that appears between two pages must not push another one off the page."""
    clock = [datetime(2026, 10, 27, 14, tzinfo=UTC)]
    with SandboxServer(ORGANIZATION, now=lambda: clock[0], faults=False) as server:
        client = Client(server)
        client.authenticate()
        received = []
        for page in client.pages(WHOLE_DAY, 50):
            received.extend(one["legId"] for one in page["entities"])
            clock[0] += timedelta(hours=1)
        client.close()
    known = records_as_known(ORGANIZATION, DAY, datetime(2026, 10, 27, 14, tzinfo=UTC))
    assert set(received) == {one["legId"] for one in known}


def test_the_window_is_half_open_on_the_start(client: Client) -> None:
    """Neighbouring windows must not share a leg or lose one."""
    at = records_as_known(ORGANIZATION, DAY, DEMO_AS_OF)[100]["startTime"]
    before = [one["startTime"] for page in client.pages(f"2026-10-27T00:00:00Z/{at}", 500) for one in page["entities"]]
    after = [one["startTime"] for page in client.pages(f"{at}/2026-10-28T00:00:00Z", 500) for one in page["entities"]]
    assert at not in before
    assert at in after


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeRange": "2026-10-27T00:00:00Z/2026-10-28T00:00:01Z"},
        {"timeRange": "2026-10-27T00:00:00Z/2026-10-27T00:00:00Z"},
        {"timeRange": "2026-10-27T00:00:00/2026-10-28T00:00:00"},
        {"timeRange": "yesterday"},
        {"pageSize": 501},
        {"page": 0},
        {"page": 2},
        {"page": 2, "nextPageToken": "bm90IG91cnM"},
    ],
)
def test_a_wrong_query_is_refused_with_the_reason(client: Client, wrong: dict[str, object]) -> None:
    """A client that asks for more than 24 hours, or skips a token, must learn it here and not in production."""
    status, body, headers = client.usage(**({"timeRange": WHOLE_DAY, "page": 1, "pageSize": 500} | wrong))
    assert status == 400
    assert {"message", "code", "status", "contextId"} <= set(body)
    assert headers["ININ-Correlation-Id"] == body["contextId"]


def test_a_token_of_another_query_is_refused(client: Client) -> None:
    """Following the wrong token would mix two windows."""
    page = next(client.pages(WHOLE_DAY, 100))
    other = "2026-10-26T00:00:00Z/2026-10-27T00:00:00Z"
    status, _, _ = client.usage(timeRange=other, page=2, pageSize=100, nextPageToken=page["nextPageToken"])
    assert status == 400


def test_wrong_credentials_and_a_missing_token_are_401(server: SandboxServer) -> None:
    """A half-configured client must be told so."""
    client = Client(server)
    assert client.authenticate("wrong") == 401
    assert client.usage(timeRange=WHOLE_DAY, page=1, pageSize=500)[0] == 401
    client.close()


def test_every_answer_has_the_rate_limit_headers(client: Client) -> None:
    """On-call needs the correlation id, and the limit explains a 429."""
    for parameters in ({"timeRange": WHOLE_DAY}, {"timeRange": "bad"}):
        _, _, headers = client.usage(**parameters)
        for name in ("inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset", "ININ-Correlation-Id"):
            assert headers[name]


def test_throttling_and_expired_tokens_happen_and_can_be_recovered_from() -> None:
    """Both must occur in the demo, in both forms of Retry-After, and cost less than 5 % more requests."""
    seconds, dates = 0, 0
    with SandboxServer(ORGANIZATION, now=lambda: DEMO_AS_OF) as server:
        client = Client(server)
        client.authenticate()
        pages = 0
        while pages < 200:
            status, _, headers = client.usage(timeRange=WHOLE_DAY, page=1, pageSize=1)
            if status == 401:
                client.authenticate()
            elif status == 429:
                after = headers["Retry-After"]
                seconds += after.isdigit()
                dates += not after.isdigit()
                assert after.isdigit() or parsedate_to_datetime(after).timestamp() - time.time() < 2
            else:
                assert status == 200
                pages += 1
        client.close()
        assert server.requests["throttled"] == seconds + dates
        assert server.requests["expired"] >= 2
        assert sum(server.requests.values()) - server.requests["token"] <= 1.05 * pages
    assert seconds
    assert dates


def test_it_stops_at_once_and_frees_the_port() -> None:
    """`make demo` starts it again and again; a server that hangs would hang the demo."""
    first = SandboxServer(ORGANIZATION, now=lambda: DEMO_AS_OF)
    with first:
        client = Client(first)
        client.authenticate()
        port = urlsplit(first.url).port or 0
    client.close()
    started = time.monotonic()
    with SandboxServer(ORGANIZATION, now=lambda: DEMO_AS_OF, port=port):
        pass
    assert time.monotonic() - started < 2


def test_it_says_nothing_unless_asked(capfd: pytest.CaptureFixture[str]) -> None:
    """The demo's output is for people."""
    lines: list[str] = []
    for log in (None, lines.append):
        with SandboxServer(ORGANIZATION, now=lambda: DEMO_AS_OF, log=log) as server:
            client = Client(server)
            client.authenticate()
            client.close()
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""
    assert len(lines) == 1
