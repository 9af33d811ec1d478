"""Claims about `domain/diagnosis/`: which facts make which finding."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cpm_assets.domain.diagnosis import reference_data, setup, source, storage
from cpm_assets.domain.diagnosis.source import Answer, Sample
from cpm_assets.domain.findings import FAIL, OK, WARN, Finding

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MIB = 1 << 20
STORAGE = storage.StorageFacts("/data", "sandbox", None, (), 10_000 * MIB, MIB, 14, 100 * MIB)
TOKEN = Answer("POST login", 200, "", NOW, {"date": "Wed, 25 Nov 2026 12:00:00 GMT"})
LIMITS = {"inin-ratelimit-count": "3", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "20"}
USAGE = Answer("GET usage", 200, "", NOW, LIMITS)
SAMPLE = Sample(25, (), ("Acme",))
INBOX = reference_data.InboxFacts("/data/inbox", True, 2, (), (), (), (), (), ("rate_cards", "invoices"))
CARRIERS = reference_data.CarrierFacts(
    {"Acme": date(2026, 11, 24)}, frozenset(), frozenset({"Acme"}), frozenset({"Acme"}), cards=9, contracts=1
)


def verdicts(findings: object) -> dict[str, str]:
    return {finding.subject: finding.verdict for finding in findings}


@pytest.mark.parametrize(
    ("change", "verdict", "told"),
    [
        ({}, OK, "holds the data of: sandbox"),
        ({"stamp": None}, OK, "not used yet"),
        ({"stamp": "organization x"}, FAIL, "organization x"),
        ({"stamp_trouble": "ValueError: no JSON"}, FAIL, "no JSON"),
        ({"unwritable": ("/data/lake",)}, FAIL, "/data/lake"),
    ],
)
def test_the_directory_must_be_of_these_settings_and_writable(
    change: dict[str, object], verdict: str, told: str
) -> None:
    """D26: found before the first run is refused, or half of one is written."""
    finding = storage.directory_finding(replace(STORAGE, **change), "sandbox")
    assert (finding.verdict, told in finding.text) == (verdict, True)


@pytest.mark.parametrize(
    ("free_mib", "verdict"), [(10_000, OK), (456 + 30, OK), (456 + 29, WARN), (456, WARN), (455, FAIL)]
)
def test_the_disk_must_take_the_next_build_and_a_month_of_growth(free_mib: int, verdict: str) -> None:
    """256 MiB to spare, two copies of the published file, and a MiB a day."""
    assert storage.disk_finding(replace(STORAGE, free_bytes=free_mib * MIB)).verdict == verdict


def test_a_source_that_answers_well_has_a_finding_for_each_step() -> None:
    """What is not said was not looked at."""
    found = verdicts(source.source_findings(TOKEN, USAGE, SAMPLE))
    assert found == dict.fromkeys(("hosts", "clock", "credentials", "role", "rate limit", "sample"), OK)


@pytest.mark.parametrize(
    ("token", "usage", "sample", "subject", "verdict", "told"),
    [
        (replace(TOKEN, status=None, message="ConnectError: no route"), None, None, "hosts", FAIL, "no route"),
        (TOKEN, replace(USAGE, status=None, message="ReadTimeout"), None, "hosts", FAIL, "ReadTimeout"),
        (replace(TOKEN, received_at=NOW + timedelta(seconds=31)), USAGE, SAMPLE, "clock", WARN, "31 s ahead"),
        (replace(TOKEN, received_at=NOW - timedelta(seconds=301)), USAGE, SAMPLE, "clock", FAIL, "301 s behind"),
        (replace(TOKEN, headers={}), USAGE, SAMPLE, "clock", WARN, "no date"),
        (replace(TOKEN, headers={"date": "yesterday"}), USAGE, SAMPLE, "clock", WARN, "no date"),
        (replace(TOKEN, status=401, message="invalid_client"), None, None, "credentials", FAIL, "invalid_client"),
        (replace(TOKEN, message="holds no token"), None, None, "credentials", FAIL, "holds no token"),
        (TOKEN, replace(USAGE, status=403, message="missing x:y:view"), None, "role", FAIL, "missing x:y:view"),
        (TOKEN, replace(USAGE, status=404, message="not.found"), None, "role", FAIL, "not.found"),
        (TOKEN, replace(USAGE, status=503, message="busy"), None, "role", WARN, "busy"),
        (TOKEN, replace(USAGE, status=429, message="slow"), None, "rate limit", WARN, "unknown time"),
        (TOKEN, replace(USAGE, headers={}), SAMPLE, "rate limit", WARN, "does not say"),
        (TOKEN, replace(USAGE, headers=LIMITS | {"inin-ratelimit-count": "241"}), SAMPLE, "rate limit", WARN, "241"),
        (TOKEN, USAGE, Sample(0, (), (), "page 1 is not JSON"), "sample", FAIL, "not JSON"),
        (TOKEN, USAGE, Sample(0, ("no legId",), ()), "sample", FAIL, "no legId"),
        (TOKEN, USAGE, Sample(24, ("no legId",), ()), "sample", WARN, "24 of 25"),
        (TOKEN, USAGE, Sample(0, (), ()), "sample", OK, "no leg"),
    ],
)  # fmt: skip
def test_each_trouble_of_the_source_is_told_by_its_own_finding_with_what_to_do(
    token: Answer, usage: Answer | None, sample: Sample | None, subject: str, verdict: str, told: str
) -> None:
    """A 403 reported as a wrong secret sends the administrator the wrong way."""
    (finding,) = (each for each in source.source_findings(token, usage, sample) if each.subject == subject)
    assert finding.verdict == verdict
    assert told in finding.text
    assert verdict == OK or finding.remedy


def test_a_missing_permission_is_explained_as_a_role_of_the_client() -> None:
    """Clients have roles, not scopes: who looks for a scope finds none."""
    refused = replace(USAGE, status=403, message="'missing.permissions: analytics:conversationDetail:view'")
    finding = next(each for each in source.source_findings(TOKEN, refused, None) if each.subject == "role")
    assert "role with the permission named there" in finding.remedy
    assert "analytics:conversationDetail:view" in finding.text


@pytest.mark.parametrize(
    ("change", "subject", "told"),
    [
        ({"exists": False}, "inbox", "not there"),
        ({"not_taken": (("invoices/x.csv", "belongs into the folder"),)}, "inbox", "belongs into the folder"),
        ({"unknown_folders": ("ratecards",)}, "inbox", "ratecards/"),
        ({"rejects": (("rate_cards/a.csv", "2 record(s) rejected"),)}, "rejected rows", "rate_cards/a.csv"),
    ],
)
def test_what_the_inbox_would_leave_is_said_before_a_day_lacks_it(
    change: dict[str, object], subject: str, told: str
) -> None:
    """A card in a folder of another name is waited for, for ever."""
    found = list(reference_data.inbox_findings(replace(INBOX, **change), is_sandbox=False))
    assert [(each.verdict, told in each.text) for each in found if each.subject == subject] == [(WARN, True)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {"contracts": OK, "rate cards": OK}),
        ({"with_contract": frozenset()}, {"contracts": WARN, "rate cards": OK}),
        ({"with_card": frozenset()}, {"contracts": OK, "rate cards": WARN}),
        ({"seen_now": frozenset({"Zenith"})}, {"contracts": WARN, "rate cards": FAIL}),
        ({"last_seen": {}}, {"contracts": OK, "rate cards": OK}),
        ({"cards": 0}, {"rate cards": FAIL}),
    ],
)
def test_a_carrier_without_a_card_is_wrong_while_its_legs_come_in(
    change: dict[str, object], expected: dict[str, str]
) -> None:
    """Every day with such a leg is rejected (D13): one of the past is known already, one of today is to be mended."""
    assert verdicts(reference_data.carrier_findings(replace(CARRIERS, **change), is_sandbox=False)) == expected


def test_a_zone_must_be_known_to_both_that_convert_by_it() -> None:
    """D3: one that DuckDB lacks fails every build of days with that carrier's invoices."""
    known = frozenset({"UTC", "Europe/Berlin"})
    assert reference_data.zone_finding(["Europe/Berlin"], known, known).verdict == OK
    finding = reference_data.zone_finding(["Europe/Berlin"], known, frozenset({"UTC"}))
    assert (finding.verdict, "Europe/Berlin (to DuckDB)" in finding.text) == (FAIL, True)
    assert reference_data.zone_finding([], frozenset(), known).verdict == FAIL


@pytest.mark.parametrize(
    ("locked", "installed", "verdict"),
    [
        ({"a": {"1"}}, {"a": "1"}, OK),
        ({"a": {"1", "2"}}, {"a": "2"}, OK),
        ({"a": {"1"}}, {"a": "2"}, WARN),
        ({"a": {"1"}}, {}, FAIL),
        ({"a": {"1"}, "win": {"1"}}, {"a": "1"}, OK),
        ({}, {"a": "1"}, WARN),
    ],
)
def test_packages_are_compared_with_the_lock(
    locked: dict[str, set[str]], installed: dict[str, str], verdict: str
) -> None:
    """Another duckdb may write files that readers cannot open."""
    versions = {name: frozenset(each) for name, each in locked.items()}
    assert setup.packages_finding(versions, frozenset({"win"}), installed, "3.11").verdict == verdict


@pytest.mark.parametrize(
    ("heartbeats", "other_home", "verdict"),
    [
        ({"SENSOR": NOW - timedelta(minutes=29)}, None, OK),
        ({"SENSOR": NOW - timedelta(minutes=31)}, None, WARN),
        ({"SENSOR": NOW, "SCHEDULER": NOW - timedelta(hours=1)}, None, WARN),
        ({}, None, WARN),
        (None, None, WARN),
        ({"SENSOR": NOW}, "/elsewhere", WARN),
    ],
)
def test_a_silent_daemon_is_said(heartbeats: dict[str, datetime] | None, other_home: str | None, verdict: str) -> None:
    """Without it no schedule runs and no alert is sent, and nothing says so."""
    assert setup.daemon_finding(heartbeats, NOW, other_home, None).verdict == verdict


@pytest.mark.parametrize(
    ("url", "sent", "verdict", "told"),
    [
        (None, None, WARN, "no webhook"),
        ("hooks.example.com/secret", None, FAIL, "no http address"),
        ("https://hooks.example.com/secret", None, OK, "not tried"),
        ("https://hooks.example.com/secret", "", OK, "took the test alert"),
        ("https://hooks.example.com/secret", "the alert webhook answered 404", FAIL, "404"),
        ("https://[broken/secret", None, FAIL, "no http address"),
    ],
)
def test_of_the_webhook_only_the_host_is_shown(url: str | None, sent: str | None, verdict: str, told: str) -> None:
    """The path of such an address is its password."""
    finding: Finding = setup.webhook_finding(url, sent, is_sandbox=False)
    assert (finding.verdict, told in finding.text, "secret" in finding.text) == (verdict, True, False)


def test_a_manifest_that_cannot_be_read_or_is_empty_is_wrong_and_none_is_made_by_the_next_command() -> None:
    """Dagster does not start on a manifest without models."""
    assert setup.manifest_finding(None, "ValueError", is_current=False).verdict == FAIL
    assert setup.manifest_finding(0, None, is_current=True).verdict == FAIL
    assert setup.manifest_finding(None, None, is_current=False).verdict == OK
    assert setup.manifest_finding(60, None, is_current=True).verdict == OK
