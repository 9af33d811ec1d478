"""The alert outbox: sends alerts and remembers which were delivered, so that each is sent until it was.

One file per open alert below `alerts/`. It is written after the webhook answered: a kill in between sends the message
twice, with the same alert id, and never loses it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx

from cpm_assets.domain.alerting import Problem, messages_due
from cpm_assets.resources.durable_files import write_durably

TIMEOUT_SECONDS = 10.0

Send = Callable[[dict[str, object]], None]


class DeliveryError(RuntimeError):
    """The webhook did not take a message; it is sent again at the next tick."""


class AlertOutbox:
    """The delivered and not yet resolved alerts below one directory."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open_alerts(self) -> dict[str, dict[str, object]]:
        return {path.stem: json.loads(path.read_text()) for path in sorted(self._root.glob("*.json"))}

    def deliver(self, problems: Iterable[Problem], send: Send) -> list[dict[str, object]]:
        """Send what is due, recording each message once it was taken.

        One message that is refused does not hold up the others; DeliveryError at the end says how many are left.
        """
        sent, failures = [], []
        for message in messages_due(problems, self.open_alerts()):
            try:
                send(message)
            except DeliveryError as error:
                failures.append(str(error))
                continue
            sent.append(message)
            record = self._root / f"{message['alert_id']}.json"
            if message["status"] == "resolved":
                record.unlink(missing_ok=True)
            else:
                write_durably(record, json.dumps(message).encode())
        if failures:
            raise DeliveryError(f"{len(failures)} alert(s) not delivered, sent again at the next tick: {failures[0]}")
        return sent


def webhook(url: str, client: httpx.Client | None = None) -> Send:
    """A sender that POSTs each message as JSON. Nothing it raises or logs names the URL: it often carries a secret."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it logs each request with its whole URL

    def send(message: dict[str, object]) -> None:
        try:
            post = client.post if client else httpx.post
            response = post(url, json=message, timeout=TIMEOUT_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryError(f"the alert webhook could not be reached ({type(error).__name__})") from None
        if not response.is_success:
            raise DeliveryError(f"the alert webhook answered {response.status_code}")

    return send
