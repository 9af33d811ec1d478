"""`make health`: whether an installation is at work. For a person, a container's health check, a timer that alerts.

It reads files alone and waits for no lock, so that it answers while a build is on. With `--alert` it is the dead man's
switch: run by a timer outside the daemon, it tells the webhook when nothing ran.
"""

from __future__ import annotations

import json
from datetime import timedelta

from cpm_assets.commands.terminal import say
from cpm_assets.domain.findings import shown_line
from cpm_assets.domain.health import Part, as_document, is_healthy, parts, problems
from cpm_assets.installation import Installation
from cpm_assets.resources.alert_outbox import AlertOutbox, DeliveryError, Send, webhook
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.health_facts import health_facts
from cpm_assets.settings import settings_from_environment

UNHEALTHY = 1


def run_health(*, as_json: bool, is_alerting: bool) -> int:
    """Print what was looked at: 0 if all of it is in order, else 1; also 1 when an alert could not be delivered."""
    installation = Installation(settings_from_environment())
    installation.directory.check(installation.settings.stamp)
    url = installation.settings.alert_webhook_url
    send = webhook(url) if url else _say_alert
    return print_health(installation, Clock(), send if is_alerting else None, as_json=as_json)


def print_health(installation: Installation, clock: Clock, send: Send | None, *, as_json: bool) -> int:
    """As `run_health`, for an installation; `send` takes the alerts, None if none are to be sent."""
    looked_at = health_parts(installation, clock)
    if as_json:
        print(json.dumps(as_document(looked_at, clock.now()), indent=2))
    else:
        for part in looked_at:
            print(shown_line(part.finding()))
    is_delivered = True
    if send is not None:
        try:
            AlertOutbox(installation.directory.health_alerts).deliver(problems(looked_at, clock.now()), send)
        except DeliveryError as error:
            say(f"cpm: {error}")
            is_delivered = False
    return 0 if is_healthy(looked_at) and is_delivered else UNHEALTHY


def health_parts(installation: Installation, clock: Clock) -> list[Part]:
    """What is looked at, as it is now."""
    settings = installation.settings
    return parts(health_facts(installation), clock.now(), settings.first_day, timedelta(hours=settings.silence_hours))


def _say_alert(message: dict[str, object]) -> None:
    say(f"alert {message['alert_id']} ({message['status']}): {message['text']}")
