"""Claims about `cpm_assets.resources.heartbeat`: one ping a build, none without one, and no address in what is said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cpm_assets.resources.heartbeat import HeartbeatError, beat, pinger

URL = "https://beats.example/very-secret"
BUILT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_each_build_is_told_once_and_a_failed_ping_again(tmp_path: Path) -> None:
    """A ping a minute whatever happens would tell that the sensor runs, not that there are figures."""
    record, told, is_up = tmp_path / "work" / "heartbeat", [], False

    def ping() -> None:
        if not is_up:
            raise HeartbeatError("the heartbeat's address answered 503")
        told.append(1)

    assert not beat(record, None, ping)
    with pytest.raises(HeartbeatError):
        beat(record, BUILT, ping)
    is_up = True
    assert [beat(record, BUILT, ping) for _ in range(3)] == [True, False, False]
    assert beat(record, BUILT + timedelta(minutes=15), ping)
    assert len(told) == 2


def test_what_is_said_of_a_failed_ping_does_not_hold_the_address() -> None:
    """Who has it can keep the alarm quiet."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot reach {request.url}")

    answers = (refuse, lambda _request: httpx.Response(404))
    for answer in answers:
        with (
            httpx.Client(transport=httpx.MockTransport(answer)) as client,
            pytest.raises(HeartbeatError) as raised,
        ):
            pinger(URL, client)()
        assert "very-secret" not in str(raised.value)
