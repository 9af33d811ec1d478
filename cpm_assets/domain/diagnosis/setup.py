"""Diagnosis of the installation itself: packages, dbt project, Dagster, alerts.

Pure: the facts are gathered by `resources/doctor/setup_facts.py`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cpm_assets.domain.findings import FAIL, OK, WARN, Finding

HEARTBEAT_TOLERANCE = timedelta(minutes=30)
"""As long as Dagster itself waits before it calls its daemon unhealthy."""
_SHOWN = 3


def packages_finding(
    locked: Mapping[str, frozenset[str]], conditional: frozenset[str], installed: Mapping[str, str], python: str
) -> Finding:
    """Installed versions against the lock, which may name several of a package for several Pythons. `conditional`
    packages are for other systems, and may be absent."""
    if not locked:
        return Finding(
            "packages", WARN, f"Python {python}; there is no requirements.lock beside this code to compare with",
            "run from a checkout, where make setup installs what was tested",
        )  # fmt: skip
    missing = sorted(name for name in locked if name not in installed and name not in conditional)
    others = sorted(
        f"{name} {installed[name]} instead of {' or '.join(sorted(versions))}"
        for name, versions in locked.items()
        if name in installed and installed[name] not in versions
    )
    if missing:
        return Finding("packages", FAIL, f"not installed: {_shown(missing)}", "run make setup")
    if others:
        return Finding("packages", WARN, f"other versions than tested: {_shown(others)}", "run make setup")
    return Finding("packages", OK, f"Python {python}, {len(locked)} packages as locked")


def manifest_finding(models: int | None, trouble: str | None, *, is_current: bool) -> Finding:
    """dbt's manifest, from which Dagster's assets are made. `models` is None where there is no manifest."""
    if trouble:
        return Finding("dbt manifest", FAIL, f"cannot be read: {trouble}", "delete dbt/target and run any command")
    if models is None:
        return Finding("dbt manifest", OK, "not made yet; the first command takes some seconds for it")
    if not models:
        return Finding("dbt manifest", FAIL, "has no model in it", "delete dbt/target and run any command")
    stale = "" if is_current else ", older than the project: the next command makes it again"
    return Finding("dbt manifest", OK, f"{models} models{stale}")


def daemon_finding(
    heartbeats: Mapping[str, datetime] | None, now: datetime, other_home: str | None, trouble: str | None
) -> Finding:
    """Dagster's daemon, by its newest sign of life. None: no records yet. `other_home`: a DAGSTER_HOME elsewhere."""
    start = "start make dev, or dagster-daemon as a service (docs/operations.md)"
    if trouble:
        return Finding("Dagster", FAIL, f"its records cannot be read: {trouble}", "restore or delete dagster/")
    if other_home:
        return Finding(
            "Dagster", WARN, f"DAGSTER_HOME is {other_home}; the make targets use dagster/ below CPM_DATA_DIR",
            "set DAGSTER_HOME to that, or unset it: two homes are two histories",
        )  # fmt: skip
    if heartbeats is None:
        return Finding("Dagster", WARN, "nothing ran here yet", start)
    if not heartbeats:
        return Finding("Dagster", WARN, "its daemon never ran here: no schedule, no sensor, no alert", start)
    newest = max(heartbeats.values())
    if now - newest > HEARTBEAT_TOLERANCE:
        return Finding("Dagster", WARN, f"its daemon is silent since {newest:%Y-%m-%d %H:%M} UTC", start)
    behind = sorted(name for name, beat in heartbeats.items() if now - beat > HEARTBEAT_TOLERANCE)
    if behind:
        return Finding("Dagster", WARN, f"the daemon runs, but not its {', '.join(behind)}", start)
    return Finding("Dagster", OK, f"the daemon gave a sign of life at {newest:%H:%M:%S} UTC")


def webhook_finding(url: str | None, sent: str | None, *, is_sandbox: bool) -> Finding:
    """The alert webhook; `sent` is what came of a test alert: None if none was sent, empty if it was taken.

    Only scheme and host are shown: the rest of the address is often the secret.
    """
    if not url:
        verdict = OK if is_sandbox else WARN
        remedy = "" if is_sandbox else "set CPM_ALERT_WEBHOOK_URL, or somebody has to look at Dagster every day"
        return Finding("alerts", verdict, "no webhook is set: alerts are only logged", remedy)
    try:
        address = urlsplit(url)
        host = address.hostname
    except ValueError:
        host = None
    if not host or address.scheme not in ("http", "https"):
        return Finding(
            "alerts", FAIL, "CPM_ALERT_WEBHOOK_URL is no http address", "set it to the whole https:// address"
        )
    if sent:
        return Finding("alerts", FAIL, sent, "check the address with those who run the webhook")
    told = "took the test alert" if sent == "" else "not tried; --send-test-alert sends one"
    return Finding("alerts", OK, f"webhook at {address.scheme}://{host}: {told}")


def _shown(texts: list[str]) -> str:
    return ", ".join(texts[:_SHOWN]) + (f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else "")
