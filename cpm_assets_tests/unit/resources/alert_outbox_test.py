"""Claims about `cpm_assets.resources.alert_outbox`: every alert arrives at least once, and gives no secret away."""

import itertools
import json
import logging
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from cpm_assets.domain.alerting import Problem
from cpm_assets.resources.alert_outbox import AlertOutbox, DeliveryError, webhook
from cpm_assets_tests.unit.resources.child_processes import killed_at, run_alone

URL = "https://hooks.example/services/T0/very-secret"
PROBLEM = Problem("check", "carrier_match", "2026-11-01", "3 leg(s)", 3, "docs/runbooks/carrier_match.md", "run-1")
OTHER = replace(PROBLEM, usage_date="2026-11-02")


class Receiver:
    """What takes the messages; refuses those of the days it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[object, object]] = []
        self.refused: set[str] = set()

    def __call__(self, message: dict[str, object]) -> None:
        if message["usage_date"] in self.refused:
            raise DeliveryError("the alert webhook answered 503")
        self.taken.append((message["usage_date"], message["status"]))


@pytest.fixture
def outbox(tmp_path: Path) -> AlertOutbox:
    return AlertOutbox(tmp_path / "alerts")


def test_an_alert_is_sent_once_until_it_passes_then_resolved_and_sent_again_when_it_fails_again(
    outbox: AlertOutbox,
) -> None:
    """Too many alerts are as bad as none."""
    receiver = Receiver()
    for problems in ([PROBLEM], [PROBLEM], [], [], [PROBLEM]):
        outbox.deliver(problems, receiver)
    day = "2026-11-01"
    assert receiver.taken == [(day, "firing"), (day, "resolved"), (day, "firing")]


def test_what_was_sent_is_remembered_by_the_next_process(tmp_path: Path) -> None:
    """Every restart of the daemon would page again for all that is open."""
    assert len(AlertOutbox(tmp_path).deliver([PROBLEM], Receiver())) == 1
    assert AlertOutbox(tmp_path).deliver([PROBLEM], Receiver()) == []


def test_a_refused_message_is_sent_again_while_the_others_go_through(outbox: AlertOutbox) -> None:
    """One message the receiver cannot take would silence all that come after it."""
    receiver = Receiver()
    receiver.refused = {"2026-11-01"}
    with pytest.raises(DeliveryError, match="1 alert"):
        outbox.deliver([PROBLEM, OTHER], receiver)
    assert receiver.taken == [("2026-11-02", "firing")]
    receiver.refused = set()
    outbox.deliver([PROBLEM, OTHER], receiver)
    assert receiver.taken == [("2026-11-02", "firing"), ("2026-11-01", "firing")]


def test_a_refused_resolved_message_is_sent_again(outbox: AlertOutbox) -> None:
    """On-call would look for ever at an alert that is over."""
    receiver = Receiver()
    outbox.deliver([PROBLEM], receiver)
    receiver.refused = {"2026-11-01"}
    with pytest.raises(DeliveryError):
        outbox.deliver([], receiver)
    receiver.refused = set()
    outbox.deliver([], receiver)
    assert [status for _, status in receiver.taken] == ["firing", "resolved"]
    assert outbox.open_alerts() == {}


def test_killed_at_any_step_an_alert_is_sent_again_under_its_id_and_never_lost(tmp_path: Path) -> None:
    """At least once: the receiver drops repeats by the id, but nobody can bring back what was never sent."""
    times_sent = json.loads(run_alone(__name__, "deliver_killed_at_every_step", tmp_path))
    assert set(times_sent) == {1, 2}, "killed before sending: once; between sending and recording: twice"


def deliver_killed_at_every_step(root: str) -> None:
    """In a process of its own. The receiver writes what it took into a file."""
    times_sent = []
    for step in itertools.count(1):
        taken = Path(root) / f"taken{step}"
        outbox = AlertOutbox(Path(root) / str(step))

        def send(message: dict[str, object], taken: Path = taken) -> None:
            with taken.open("a") as file:
                file.write(f"{message['alert_id']}\n")

        was_killed = killed_at(step, lambda o=outbox, s=send: o.deliver([PROBLEM], s))
        outbox.deliver([PROBLEM], send)
        outbox.deliver([PROBLEM], send)
        ids = taken.read_text().splitlines()
        assert set(ids) == {PROBLEM.alert_id}
        times_sent.append(len(ids))
        if not was_killed:
            break
    print(json.dumps(times_sent))


def client(answer: httpx.Response | Exception) -> tuple[httpx.Client, list[httpx.Request]]:
    """A real client whose transport gives this answer, and the requests it got."""
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx.Client(transport=httpx.MockTransport(handle)), requests


def test_the_webhook_gets_the_message_as_json() -> None:
    """What the receiver parses."""
    http, requests = client(httpx.Response(204))
    webhook(URL, http)({"alert_id": "a1", "status": "firing"})
    (request,) = requests
    assert (request.method, str(request.url)) == ("POST", URL)
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == {"alert_id": "a1", "status": "firing"}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, text="no"),
        httpx.Response(404),
        httpx.Response(302, headers={"location": "https://elsewhere.example/very-secret"}),
        httpx.ConnectError(f"cannot reach {URL}"),
        httpx.ReadTimeout(f"timed out: {URL}"),
    ],
)
def test_a_webhook_that_does_not_take_it_is_an_error_without_its_url(answer: httpx.Response | Exception) -> None:
    """The URL holds the token that lets anybody post to on-call's channel."""
    http, _ = client(answer)
    with pytest.raises(DeliveryError) as raised:
        webhook(URL, http)({"alert_id": "a1"})
    assert "very-secret" not in f"{raised.value!r} {raised.value}"
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize("url", ["very-secret", "https://hooks.example:very-secret/x", "ftp://very-secret", "https://"])
def test_a_url_that_is_none_is_a_delivery_error_too(url: str) -> None:
    """The sensor would fail with a traceback that shows the URL, and the alerts behind it would wait for ever."""
    with pytest.raises(DeliveryError) as raised:
        webhook(url)({"alert_id": "a1"})
    assert "very-secret" not in str(raised.value)


def test_nothing_that_is_logged_names_the_url(caplog: pytest.LogCaptureFixture) -> None:
    """httpx logs the whole URL of every request at INFO."""
    caplog.set_level(logging.DEBUG)
    http, _ = client(httpx.Response(200))
    webhook(URL, http)({"alert_id": "a1"})
    assert "very-secret" not in caplog.text
