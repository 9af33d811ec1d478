"""`make doctor`: whether this installation and configuration is right, and if not, what to do, in order.

A line a finding. It looks and never mends: nothing of the installation is written, no alert is sent unless asked for.
Nothing that it prints is a secret of the environment or a token, whatever quoted it.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import httpx

from cpm_assets.dbt_project import MANIFEST, is_manifest_current
from cpm_assets.domain.diagnosis import reference_data, setup, source, storage
from cpm_assets.domain.findings import FAIL, OK, WARN, Finding, as_document, fit_to_show, is_wrong, shown_line
from cpm_assets.domain.secret_texts import secrets_of
from cpm_assets.installation import Installation
from cpm_assets.resources.alert_outbox import DeliveryError, webhook
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.doctor.delivery_facts import carrier_facts, delivered_files, invoice_zones, known_zones
from cpm_assets.resources.doctor.setup_facts import (
    daemon_heartbeats,
    installed_packages,
    locked_packages,
    manifest_models,
)
from cpm_assets.resources.doctor.source_probe import opened_host, probe
from cpm_assets.resources.doctor.storage_facts import storage_facts
from cpm_assets.resources.installation_aside import installation_aside
from cpm_assets.settings import Settings, SettingsError, settings_from_environment

REPORT = "show this line to those who maintain the installation"


def run_doctor(*, as_json: bool, sends_test_alert: bool) -> int:
    """Print every finding as it is made; 0 if nothing has to be mended, 1 otherwise."""
    findings = []
    for finding in diagnose(os.environ, Clock(), sends_test_alert=sends_test_alert):
        findings.append(finding)
        if not as_json:
            print(shown_line(finding), flush=True)
    if as_json:
        print(json.dumps(as_document(findings), indent=2))
    return int(is_wrong(findings))


def diagnose(
    environment: Mapping[str, str],
    clock: Clock,
    *,
    sends_test_alert: bool = False,
    transport: httpx.BaseTransport | None = None,
) -> Iterator[Finding]:
    """The findings for an environment, fit to be shown. `transport` is for tests."""
    examination = _Examination(environment, clock, sends_test_alert, transport)
    secrets = secrets_of(environment)
    for finding in examination.findings():
        yield fit_to_show(finding, secrets)


class _Examination:
    """One examination. Each part is looked at by itself: what cannot be looked at is a finding, too."""

    def __init__(
        self,
        environment: Mapping[str, str],
        clock: Clock,
        sends_test_alert: bool,
        transport: httpx.BaseTransport | None,
    ) -> None:
        self._environment = environment
        self._clock = clock
        self._sends_test_alert = sends_test_alert
        self._transport = transport
        self._seen_now: frozenset[str] = frozenset()

    def findings(self) -> Iterator[Finding]:
        try:
            settings = settings_from_environment(self._environment)
        except SettingsError as error:
            yield Finding("settings", FAIL, str(error), "correct the environment; .env.example lists every setting")
            yield from _looked("packages", self._packages)
            yield from _looked("dbt manifest", self._manifest)
            yield Finding("the rest", WARN, "was not looked at", "correct the settings first and run this again")
            return
        installation = Installation(settings)
        yield _settings(settings)
        yield from _looked("packages", self._packages)
        yield from _looked("data directory", lambda: self._storage(installation))
        yield from _looked("usage source", lambda: self._source(settings))
        yield from _looked("inbox", lambda: self._deliveries(installation))
        yield from _looked("alerts", lambda: self._alerts(settings))
        yield from _looked("Dagster", lambda: self._dagster(installation))
        yield from _looked("dbt manifest", self._manifest)

    def _packages(self) -> Iterable[Finding]:
        yield setup.packages_finding(*locked_packages(), installed_packages(), platform.python_version())

    def _manifest(self) -> Iterable[Finding]:
        yield setup.manifest_finding(*manifest_models(MANIFEST), is_current=is_manifest_current())

    def _storage(self, installation: Installation) -> Iterable[Finding]:
        facts = storage_facts(installation.directory)
        yield storage.directory_finding(facts, installation.settings.stamp)
        yield storage.disk_finding(facts)

    def _source(self, settings: Settings) -> Iterable[Finding]:
        with opened_host(settings, self._clock.now) as host:
            token, usage, sample = probe(host, self._clock.now, self._transport)
        self._seen_now = frozenset(sample.carriers if sample else ())
        yield from source.source_findings(token, usage, sample)

    def _deliveries(self, installation: Installation) -> Iterable[Finding]:
        now, is_sandbox = self._clock.now(), installation.settings.is_sandbox
        with installation_aside(installation) as aside:
            inbox, files = delivered_files(installation, aside, now)
            yield from reference_data.inbox_findings(inbox, is_sandbox=is_sandbox)
            carriers = carrier_facts(installation, files, self._seen_now, now.date())
            yield from reference_data.carrier_findings(carriers, is_sandbox=is_sandbox)
            yield reference_data.zone_finding(invoice_zones(files), *known_zones())

    def _alerts(self, settings: Settings) -> Iterable[Finding]:
        url, sent = settings.alert_webhook_url, None
        if url and self._sends_test_alert:
            try:
                webhook(url)(_test_alert(self._clock))
                sent = ""
            except DeliveryError as error:
                sent = str(error)
        yield setup.webhook_finding(url, sent, is_sandbox=settings.is_sandbox)

    def _dagster(self, installation: Installation) -> Iterable[Finding]:
        home, other = installation.directory.dagster_home, self._environment.get("DAGSTER_HOME")
        other = other if other and Path(other).resolve() != home else None
        heartbeats, trouble = daemon_heartbeats(home)
        yield setup.daemon_finding(heartbeats, self._clock.now(), other, trouble)


def _settings(settings: Settings) -> Finding:
    if settings.is_sandbox:
        text = "no GENESYS_ variable is set: the sandbox"
    else:
        text = f"organization {settings.client_id} at {settings.api_url}, source {settings.usage_source}"
    text = f"{text}; first day {settings.first_day}"
    if settings.advice:
        return Finding(
            "settings", WARN, f"{text}. {' '.join(settings.advice)}", "see docs/connect_your_organization.md"
        )
    return Finding("settings", OK, text)


def _looked(subject: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of a look, and where it breaks off, that it did: one fault must not hide what comes after it."""
    try:
        yield from look()
    except Exception as error:
        yield Finding(subject, FAIL, f"could not be looked at: {type(error).__name__}: {error}", REPORT)


def _test_alert(clock: Clock) -> dict[str, object]:
    """In the form of every other message (`domain/alerting.py`)."""
    return {
        "alert_id": "test",
        "status": "test",
        "kind": "test",
        "subject": "doctor",
        "usage_date": clock.now().date().isoformat(),
        "text": "a test alert, sent by make doctor; nothing is wrong",
        "failing_rows": 0,
        "runbook": "docs/operations.md",
        "run_id": "",
        "reminder": 0,
    }
