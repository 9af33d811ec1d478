"""Claims about `make doctor`, over real directories and with the HTTP transport in the test's hands."""

import json
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cpm_assets.commands import doctor
from cpm_assets.commands.doctor import diagnose
from cpm_assets.domain.diagnosis.source import source_findings
from cpm_assets.domain.findings import FAIL, OK, WARN, Finding, shown_line
from cpm_assets.resources import alert_outbox
from cpm_assets.resources.analytics_source import QUERY_PATH
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.doctor.setup_facts import daemon_heartbeats, locked_packages
from cpm_assets.resources.doctor.source_probe import Host, probe
from cpm_assets.resources.usage_source import USAGE_PATH
from cpm_assets_tests.pipeline.scripted_usage import CARDS, CONTRACTS, put_file, record

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
CLOCK = Clock(fixed_at=NOW.isoformat())
SECRET, BEARER = "s3cr3t/with space'and quote", "tok3n-0123456789"
LIMITS = {"inin-ratelimit-count": "3", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "20"}
DATE = {"Date": "Wed, 25 Nov 2026 12:30:00 GMT"}
Handler = Callable[[httpx.Request], httpx.Response]


def organization(directory: Path, **more: str) -> dict[str, str]:
    return {
        "GENESYS_CLIENT_ID": "client-1",
        "GENESYS_CLIENT_SECRET": SECRET,
        "CPM_FIRST_DAY": "2026-11-01",
        "CPM_DATA_DIR": str(directory),
        "CPM_ALERT_WEBHOOK_URL": "https://hooks.example.com/services/t0psecret",
        **more,
    }


def answering(usage: Handler, token: Handler | None = None) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return token(request) if token else httpx.Response(200, json={"access_token": BEARER}, headers=DATE)
        return usage(request)

    return httpx.MockTransport(handle)


def one_leg(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"entities": [record("leg-1", NOW)], "pageNumber": 1}, headers=LIMITS)


def found(environment: dict[str, str], transport: httpx.BaseTransport | None = None) -> dict[str, Finding]:
    return {finding.subject: finding for finding in diagnose(environment, CLOCK, transport=transport)}


def wrong(findings: dict[str, Finding]) -> set[str]:
    return {subject for subject, finding in findings.items() if finding.verdict == FAIL}


def tree(root: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in [root, *root.rglob("*")]}


def test_an_installation_that_is_right_has_nothing_to_mend(tmp_path: Path) -> None:
    """The command that says all is wrong is not asked again."""
    put_file(tmp_path / "inbox/rate_cards/cards.csv", CARDS)
    put_file(tmp_path / "inbox/carrier_contracts/contracts.csv", CONTRACTS)
    findings = found(organization(tmp_path), answering(one_leg))
    assert wrong(findings) == set()
    for subject in ("settings", "hosts", "clock", "credentials", "role", "rate limit", "sample", "rate cards"):
        assert findings[subject].verdict == OK, findings[subject]
    assert "2 to be taken" in findings["inbox"].text


@pytest.mark.parametrize(("usage_source", "asked"), [("genesys_usage", USAGE_PATH), ("genesys_analytics", QUERY_PATH)])
def test_it_works_on_the_sandbox_and_on_a_directory_that_is_not_there(
    tmp_path: Path, usage_source: str, asked: str
) -> None:
    """The first command that a new user types; it asks what the chosen source would."""
    environment = {"CPM_DATA_DIR": str(tmp_path / "nowhere"), "CPM_FIRST_DAY": "2026-10-24"}
    environment |= {"CPM_USAGE_SOURCE": usage_source, "CPM_FINALIZATION_HOURS": "72"}
    findings = {finding.subject: finding for finding in diagnose(environment, Clock())}
    assert wrong(findings) == set()
    assert findings["sample"].verdict == OK
    assert asked in findings["role"].text
    assert not (tmp_path / "nowhere").exists()


def test_days_closed_before_genesys_is_done_with_them_are_advised_against(tmp_path: Path) -> None:
    """Each would be restated, night after night."""
    findings = found(organization(tmp_path, CPM_USAGE_SOURCE="genesys_analytics"), answering(one_leg))
    assert findings["settings"].verdict == WARN
    assert "CPM_FINALIZATION_HOURS" in findings["settings"].text


def test_it_writes_nothing_into_an_installation(tmp_path: Path) -> None:
    """Whoever runs it as root would leave files that the service cannot write; and a look must not take a delivery."""
    put_file(tmp_path / "inbox/rate_cards/cards.csv", CARDS + "44,United Kingdom,Acme,dear,2026-01-01,\n")
    put_file(tmp_path / "inbox/ratecards/cards.csv", CARDS)
    put_file(tmp_path / "inbox/invoices/Nobody/october.csv", "invoice_number\n1\n")
    (tmp_path / "stamp.json").write_text('{"stamp": "organization client-1"}')
    heartbeats(tmp_path / "dagster", NOW)
    before = tree(tmp_path)
    findings = found(organization(tmp_path), answering(one_leg))
    assert tree(tmp_path) == before
    assert "ratecards/" in findings["inbox"].text
    assert "dear" in findings["rejected rows"].text
    assert "no carrier has the folder 'Nobody'" in findings["rejected rows"].text
    assert findings["Dagster"].verdict == OK


def test_without_a_network_it_says_so_and_looks_at_the_rest(tmp_path: Path) -> None:
    """One fault must not hide the others."""

    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no route to {request.url.host} as {SECRET}")

    findings = found(organization(tmp_path), httpx.MockTransport(unreachable))
    assert findings["hosts"].verdict == FAIL
    assert "credentials" not in findings
    assert {"inbox", "time zones", "Dagster", "dbt manifest"} <= findings.keys()


@pytest.mark.parametrize("wanted", ["GENESYS_CLIENT_SECRET", "CPM_FIRST_DAY"])
def test_half_a_configuration_is_named_and_what_needs_none_is_looked_at(tmp_path: Path, wanted: str) -> None:
    """It stops every other command, so here it must be the first thing said."""
    environment = organization(tmp_path)
    del environment[wanted]
    findings = found(environment)
    assert (findings["settings"].verdict, wanted in findings["settings"].text) == (FAIL, True)
    assert findings.keys() == {"settings", "packages", "dbt manifest", "the rest"}


def test_a_directory_of_the_sandbox_is_refused_for_an_organization(tmp_path: Path) -> None:
    """D26."""
    (tmp_path / "stamp.json").write_text('{"stamp": "sandbox"}')
    assert "data directory" in wrong(found(organization(tmp_path), answering(one_leg)))
    (tmp_path / "stamp.json").write_text("torn")
    assert "data directory" in wrong(found(organization(tmp_path), answering(one_leg)))


def _quoting(status: int, text: str) -> Handler:
    return lambda request: httpx.Response(
        status, json={"message": text, "code": text}, headers={"ININ-Correlation-Id": text, "Retry-After": text}
    )


def _raising(request: httpx.Request) -> httpx.Response:
    raise RuntimeError(f"{SECRET} {request.headers.get('Authorization')}")


@pytest.mark.parametrize("quoted", [SECRET, BEARER, "A" * 290 + SECRET + "A" * 300 + BEARER])
@pytest.mark.parametrize("status", [200, 401, 403, 404, 429, 500])
def test_no_answer_brings_a_secret_into_the_report(status: int, quoted: str) -> None:
    """It is pasted into tickets: an API that quotes the request, also where its message is cut, must not undo that."""
    for transport in (
        answering(_quoting(status, quoted)),
        answering(one_leg, _quoting(status, quoted.replace(BEARER, ""))),  # no token was given yet
        answering(_raising),
        answering(one_leg, _raising),
    ):
        host = Host("https://api.example.com", "https://login.example.com", "client-1", SECRET)
        _assert_free_of_secrets(source_findings(*probe(host, CLOCK.now, transport)))


def test_no_exception_brings_a_secret_into_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong where nobody thought of it is told, without what it quotes."""

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError(f"{SECRET} {os.environ} https://hooks.example.com/services/t0psecret")

    environment = organization(tmp_path, HTTPS_PROXY="http://me:pr0xypass@proxy.example.com", MY_API_KEY="k3y-value")
    for name in ("storage_facts", "delivered_files", "daemon_heartbeats", "manifest_models", "locked_packages"):
        monkeypatch.setattr(doctor, name, broken)
    findings = list(diagnose(environment, CLOCK, transport=answering(_raising)))
    assert sum("could not be looked at" in finding.text for finding in findings) == 5
    _assert_free_of_secrets(findings)


def _assert_free_of_secrets(findings: object) -> None:
    for finding in findings:
        line = shown_line(finding)
        for secret in (
            SECRET,
            repr(SECRET)[1:-1],
            SECRET[:12],
            BEARER,
            BEARER[:9],
            "t0psecret",
            "pr0xypass",
            "k3y-value",
        ):
            assert secret not in line, line


def test_the_test_alert_is_sent_only_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at the configuration must not wake on-call."""
    sent: list[dict[str, object]] = []
    monkeypatch.setattr(doctor, "webhook", lambda _url: sent.append)
    found(organization(tmp_path), answering(one_leg))
    assert sent == []
    findings = list(diagnose(organization(tmp_path), CLOCK, sends_test_alert=True, transport=answering(one_leg)))
    assert [message["status"] for message in sent] == ["test"]
    assert any("took the test alert" in finding.text for finding in findings)

    def refused(_message: object) -> None:
        raise alert_outbox.DeliveryError("the alert webhook answered 404")

    monkeypatch.setattr(doctor, "webhook", lambda _url: refused)
    findings = list(diagnose(organization(tmp_path), CLOCK, sends_test_alert=True, transport=answering(one_leg)))
    assert any(finding.subject == "alerts" and finding.verdict == FAIL for finding in findings)


def test_as_json_it_is_one_document_and_the_exit_status_says_whether_anything_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scripts read it."""
    environment = {"GENESYS_CLIENT_ID": "client-1", "CPM_DATA_DIR": str(tmp_path)}
    monkeypatch.setattr(doctor.os, "environ", environment)
    assert doctor.run_doctor(as_json=True, sends_test_alert=False) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["is_right"] is False
    assert document["findings"][0]["verdict"] == FAIL
    assert doctor.run_doctor(as_json=False, sends_test_alert=False) == 1
    assert capsys.readouterr().out.startswith("fail  settings")


def heartbeats(home: Path, at: datetime, *, mode: str = "wal") -> None:
    (home / "history").mkdir(parents=True)
    with sqlite3.connect(home / "history" / "runs.db") as connection:
        connection.execute(f"pragma journal_mode = {mode}")
        connection.execute("create table daemon_heartbeats (daemon_type text, timestamp text)")
        connection.execute("insert into daemon_heartbeats values ('SENSOR', ?)", [f"{at:%Y-%m-%d %H:%M:%S.%f}"])
    connection.close()


def test_the_daemons_signs_of_life_are_read_from_its_records(tmp_path: Path) -> None:
    """They are in UTC without saying so."""
    assert daemon_heartbeats(tmp_path / "none") == (None, None)
    heartbeats(tmp_path, NOW)
    assert daemon_heartbeats(tmp_path) == ({"SENSOR": NOW}, None)
    (tmp_path / "history" / "runs.db").write_bytes(b"no database at all" * 100)
    assert daemon_heartbeats(tmp_path)[1] is not None


def test_the_locks_versions_are_read_with_their_conditions(tmp_path: Path) -> None:
    """A package for another system is not missing on this one."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "# made by uv\nHttpx==0.28.1 \\\n    --hash=sha256:00\nnumpy==2.4.6 ; python_full_version < '3.12' \\\n"
        "numpy==2.5.5 ; python_full_version >= '3.12' \\\nstreamlit[auth]==1.50 \\\n"
    )
    versions, conditional = locked_packages(lock)
    assert versions == {"httpx": {"0.28.1"}, "numpy": {"2.4.6", "2.5.5"}, "streamlit": {"1.50"}}
    assert conditional == {"numpy"}
    assert locked_packages(tmp_path / "none") == ({}, frozenset())


def test_a_warning_about_the_daemon_is_none_of_the_installation_being_wrong(tmp_path: Path) -> None:
    """Who runs `make day` from cron needs no daemon."""
    assert found(organization(tmp_path), answering(one_leg))["Dagster"].verdict == WARN
