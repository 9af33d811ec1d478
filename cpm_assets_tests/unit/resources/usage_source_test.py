"""Tests of `resources/usage_source.py` and `http_patience.py`: asking the API until it answers, or saying why not."""

from datetime import timedelta

import httpx
import pytest

from cpm_assets.domain.extraction_errors import ExtractionError, InvalidWindow, RetriesExhausted, SourceRefused
from cpm_assets_tests.unit.resources.fake_usage_api import CLIENT_SECRET, DAY_END, DAY_START, FakeUsageApi, leg, page


def _error(api: FakeUsageApi, kind: type[ExtractionError]) -> str:
    with pytest.raises(kind) as caught:
        api.leg_ids()
    return str(caught.value)


def test_all_pages_are_asked_as_the_guide_says() -> None:
    """Window, page, page size and token are the API's contract; any of them wrong loses legs."""
    api = FakeUsageApi([page([leg("a"), leg("b")], "t1"), page([leg("c")])])
    assert api.leg_ids() == ["a", "b", "c"]
    first, second = (dict(request.url.params) for request in api.asked)
    assert first == {"timeRange": "2026-11-01T00:00:00Z/2026-11-02T00:00:00Z", "page": "1", "pageSize": "500"}
    assert second == first | {"page": "2", "nextPageToken": "t1"}
    assert {request.headers["Authorization"] for request in api.asked} == {"Bearer token-1"}


def test_requests_are_counted_with_their_repeats() -> None:
    """The request budget of the API is per minute; uncounted repeats would hide why it is used up."""
    api = FakeUsageApi([httpx.Response(500), page([leg("a")])])
    with api.source() as source:
        list(source.pages(DAY_START, DAY_END))
        assert source.requests_sent == 2


def test_a_window_longer_than_a_day_is_refused_before_anything_is_asked() -> None:
    """The guide's limit; the API would time out far into the walk."""
    api = FakeUsageApi([])
    with api.source() as source, pytest.raises(InvalidWindow):
        source.pages(DAY_START, DAY_END + timedelta(seconds=1))
    assert not api.asked


def test_an_expired_token_is_renewed_once_and_the_page_asked_again() -> None:
    """Tokens live a day; a long extraction must not fail for it."""
    api = FakeUsageApi([page([leg("a")], "t1"), httpx.Response(401), page([leg("b")])])
    assert api.leg_ids() == ["a", "b"]
    assert [request.headers["Authorization"][-1] for request in api.asked] == ["1", "1", "2"]


def test_a_second_401_for_one_page_fails_at_once() -> None:
    """Renewing for ever would lock the client out."""
    api = FakeUsageApi([httpx.Response(401), httpx.Response(401, json={"message": "no permission"})])
    assert "401 'no permission'" in _error(api, SourceRefused)
    assert (api.tokens_given, len(api.asked)) == (2, 2)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"Retry-After": "Mon, 02 Nov 2026 00:00:45 GMT"}, 45.0),
        ({"Retry-After": "nonsense"}, 0.5),
        ({}, 0.5),
    ],
)
def test_a_429_is_waited_out_as_long_as_it_asks(headers: dict[str, str], wait: float) -> None:
    """Both forms of Retry-After exist; without one the wait backs off."""
    api = FakeUsageApi([httpx.Response(429, headers=headers), page([leg("a")])])
    assert api.leg_ids() == ["a"]
    assert api.slept == [wait]


def test_a_wait_that_does_not_fit_the_budget_fails_at_once() -> None:
    """Asleep for an hour the run would hold up the schedule, saying nothing."""
    api = FakeUsageApi([httpx.Response(429, headers={"Retry-After": "3600"})])
    assert "HTTP 429" in _error(api, RetriesExhausted)
    assert not api.slept


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(500),
        httpx.Response(503, headers={"Retry-After": "0"}),
        httpx.ReadTimeout("timed out"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
        httpx.Response(200, content=b'{"entities": [{"legId": "a"'),
        httpx.Response(200, content=b"<html>maintenance</html>"),
        httpx.Response(200, content=b""),
        httpx.Response(200, json={"entities": None}),
        httpx.Response(200, json=[]),
        httpx.Response(200, content=b"[" * 50_000),
    ],
)
def test_passing_troubles_are_asked_again(trouble: httpx.Response | Exception) -> None:
    """None of these says anything about the day; failing it for one would leave yesterday's figures standing."""
    api = FakeUsageApi([trouble, page([leg("a")])])
    assert api.leg_ids() == ["a"]
    assert len(api.slept) == 1


def test_troubles_that_do_not_pass_use_up_the_budget_and_say_so() -> None:
    """Backing off twice as long each time, for two minutes in all."""
    answers = [httpx.Response(502, headers={"ININ-Correlation-Id": f"c-{number}"}) for number in range(1, 9)]
    message = _error(FakeUsageApi(answers), RetriesExhausted)
    assert "page 1 failed 8 times, lastly with HTTP 502" in message
    assert "ININ-Correlation-Id c-8" in message
    api = FakeUsageApi([httpx.Response(502) for _ in range(8)])
    _error(api, RetriesExhausted)
    assert api.slept == [0.5, 1, 2, 4, 8, 16, 30]


def test_a_malformed_page_that_stays_so_is_reported_with_its_correlation_id() -> None:
    """Genesys' support asks for that id first."""
    answers = [httpx.Response(200, content=b"{}", headers={"ININ-Correlation-Id": "c-1"}) for _ in range(8)]
    message = _error(FakeUsageApi(answers), RetriesExhausted)
    assert "no list of entities" in message
    assert "c-1" in message


@pytest.mark.parametrize("status", [301, 400, 403, 404, 408, 422])
def test_other_refusals_fail_at_once_with_the_apis_own_message(status: int) -> None:
    """Repeating a bad request changes nothing, and the API knows best what was wrong."""
    answer = httpx.Response(
        status, json={"code": "bad.request", "message": "timeRange is wrong"}, headers={"ININ-Correlation-Id": "c-9"}
    )
    message = _error(FakeUsageApi([answer]), SourceRefused)
    assert f"HTTP {status} 'bad.request: timeRange is wrong' (ININ-Correlation-Id c-9)" in message


def test_wrong_credentials_fail_at_once() -> None:
    """With the login's own words, so that on-call knows it is the secret."""
    api = FakeUsageApi([], token_answers=[httpx.Response(400, json={"error": "invalid_client"})])
    message = _error(api, SourceRefused)
    assert "POST http://login.test/oauth/token was refused" in message
    assert "invalid_client" in message


@pytest.mark.parametrize(
    "answer", [httpx.Response(503), httpx.Response(200, content=b"x"), httpx.Response(200, json={"access_token": None})]
)
def test_a_login_in_trouble_is_asked_again(answer: httpx.Response) -> None:
    """The login is a service of its own, and restarts too."""
    assert FakeUsageApi([page([leg("a")])], token_answers=[answer]).leg_ids() == ["a"]


def test_secrets_are_in_no_message_log_or_repr(caplog: pytest.LogCaptureFixture) -> None:
    """An answer that quotes the request must not bring the secret into Dagster's event log."""
    echo = {"message": f"bad credentials client:{CLIENT_SECRET} token-1"}
    told = [
        _error(FakeUsageApi([], token_answers=[httpx.Response(400, text=CLIENT_SECRET)]), SourceRefused),
        _error(FakeUsageApi([httpx.Response(403, json=echo)]), SourceRefused),
        _error(FakeUsageApi([httpx.Response(500, json=echo) for _ in range(8)]), RetriesExhausted),
        _error(FakeUsageApi([], token_answers=[httpx.Response(400, text="x" * 295 + CLIENT_SECRET)]), SourceRefused),
        repr(FakeUsageApi([]).source()),
        caplog.text,
    ]
    assert not [text for text in told if CLIENT_SECRET[:5] in text or "token-1" in text]
