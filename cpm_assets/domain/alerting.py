"""Alerting: which alerts and resolved messages are to be sent now, from what is wrong now and what was sent (D13, D14).

Level-triggered: a lost message is sent again because its delivery was not recorded, so each arrives at least once; the
alert id lets the receiver drop repeats. Pure: the sensor gathers, `resources/alert_outbox.py` sends and records.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PASSES = "passes again for"
SILENCE = "silence"
"""The kind of a problem that is told from outside the daemon: nothing ran (`domain/health.py`)."""
_OVER = {"restatement": "is no longer news of", SILENCE: "is in order again; its last sign before was of"}
"""What is said when a problem is gone; a restatement only grows old."""


@dataclass(frozen=True)
class Problem:
    """Something to tell now: a failed blocking check of a day, a failed run of a job on it, a restatement of it, or
    that nothing ran since.

    `subject` is the check's or job's name, `usage_date` its UTC day (YYYY-MM-DD), `text` what on-call reads first.
    `reminder` counts the days that it has been urgent: with each new one it is sent again.
    """

    kind: str
    subject: str
    usage_date: str
    text: str
    failing_rows: int
    runbook: str
    run_id: str
    reminder: int = 0

    @property
    def alert_id(self) -> str:
        """The same for the same day and subject, however often it fails before it passes."""
        return hashlib.sha256(f"{self.kind}|{self.subject}|{self.usage_date}".encode()).hexdigest()[:16]


def messages_due(problems: Iterable[Problem], open_alerts: Mapping[str, dict[str, object]]) -> list[dict[str, object]]:
    """The JSON bodies to send, in a stable order: one per new problem, one per new reminder of an old one, and one
    `resolved` per alert whose problem is gone.

    `open_alerts` are the alerts delivered and not yet resolved, by id. An alert that was resolved and fails again is
    new: it is sent again.
    """
    now_wrong = {problem.alert_id: problem for problem in problems}
    alerts = [
        {
            "alert_id": alert_id,
            "status": "firing",
            "kind": problem.kind,
            "subject": problem.subject,
            "usage_date": problem.usage_date,
            "text": problem.text,
            "failing_rows": problem.failing_rows,
            "runbook": problem.runbook,
            "run_id": problem.run_id,
            "reminder": problem.reminder,
        }
        for alert_id, problem in now_wrong.items()
        if alert_id not in open_alerts or _reminded(open_alerts[alert_id]) < problem.reminder
    ]
    resolved = [
        {
            **body,
            "status": "resolved",
            "text": f"{body['subject']} {_OVER.get(str(body['kind']), PASSES)} {body['usage_date']}",
        }
        for alert_id, body in open_alerts.items()
        if alert_id not in now_wrong
    ]
    return sorted(alerts + resolved, key=lambda message: (str(message["usage_date"]), str(message["subject"])))


def _reminded(body: Mapping[str, object]) -> int:
    """The reminder that was delivered last; none in alerts of an earlier version."""
    number = body.get("reminder", 0)
    return number if isinstance(number, int) else 0
