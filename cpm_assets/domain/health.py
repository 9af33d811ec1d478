"""Health: whether an installation is at work, judged from what it left behind and not by what is running.

Pure: the facts are gathered by `resources/health_facts.py`. Belongs here: what is too old, and how it is told. What is
wrong with a day's figures is told by its checks; this is about nothing having run at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cpm_assets.domain.alerting import SILENCE, Problem
from cpm_assets.domain.diagnosis.setup import HEARTBEAT_TOLERANCE
from cpm_assets.domain.findings import FAIL, OK, Finding

DAEMON, OPEN_DAY, LAST_DAY, PUBLISHED = "daemon", "open day", "last day", "published file"
_REMEDY = {
    DAEMON: "start make dev, or the daemon's service",
    OPEN_DAY: "open Dagster, Runs: what is waiting, and what failed last",
    LAST_DAY: "open Dagster, Runs, and day_status: why the day was not read whole",
    PUBLISHED: "run a day, or make rebuild",
}


@dataclass(frozen=True)
class HealthFacts:
    """What is known, instants aware UTC; None where there is none yet.

    `daemon_at`: the newest sign of life of Dagster's daemon. `built_at`: the newest build of any of the last days whose
    reading was complete, rejected ones too: their checks tell of them. `last_day`: the newest day with one that knew
    the whole day. `published_at`: when the published version was made. `trouble` says for a subject why it could not be
    looked at.
    """

    daemon_at: datetime | None
    built_at: datetime | None
    last_day: date | None
    published_at: datetime | None
    trouble: dict[str, str]


@dataclass(frozen=True)
class Part:
    """One thing that is looked at: since when it is as it was last seen (a UTC day), and whether that is too long."""

    subject: str
    text: str
    is_healthy: bool
    since: date

    def finding(self) -> Finding:
        """As `make doctor` prints one."""
        if self.is_healthy:
            return Finding(self.subject, OK, self.text)
        return Finding(self.subject, FAIL, self.text, _REMEDY[self.subject])


def parts(facts: HealthFacts, now: datetime, first_day: date, silence: timedelta) -> list[Part]:
    """Judged at `now` (aware UTC): what has given no sign for longer than `silence` is not healthy.

    An installation whose first day has not begun, or began less than that ago, has nothing to show yet.
    """
    begins = datetime.combine(first_day, datetime.min.time(), UTC)
    is_young = now - begins <= silence
    seen = [
        _seen(DAEMON, "a sign of life", facts.daemon_at, now, HEARTBEAT_TOLERANCE)
        if facts.daemon_at
        else Part(DAEMON, "it never ran here", is_young, first_day),
        _seen(OPEN_DAY, "a build", facts.built_at, now, silence)
        if facts.built_at
        else Part(OPEN_DAY, "nothing was built yet", is_young, first_day),
        _last_day(facts.last_day, now, first_day, silence),
        _published(facts.published_at, first_day, is_young=is_young),
    ]
    return [
        Part(part.subject, f"could not be looked at: {facts.trouble[part.subject]}", False, part.since)
        if part.subject in facts.trouble
        else part
        for part in seen
    ]


def _seen(subject: str, what: str, at: datetime, now: datetime, tolerance: timedelta) -> Part:
    age = now - at
    return Part(subject, f"{what} at {at:%Y-%m-%d %H:%M} UTC, {_age(age)} ago", age <= tolerance, at.date())


def _last_day(day: date | None, now: datetime, first_day: date, silence: timedelta) -> Part:
    """The newest day that has to be whole: yesterday, once `silence` has passed since it ended."""
    due = (now - silence).date() - timedelta(days=1)
    if day is None:
        return Part(LAST_DAY, "no day was built whole yet", due < first_day, first_day)
    text = f"{day} is the newest day that was built after it was over"
    return Part(LAST_DAY, text if day >= due else f"{text}; {due} is due", day >= due, day)


def _published(at: datetime | None, first_day: date, *, is_young: bool) -> Part:
    if at is None:
        return Part(PUBLISHED, "nothing is published", is_young, first_day)
    return Part(PUBLISHED, f"made at {at:%Y-%m-%d %H:%M} UTC", True, at.date())


def _age(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds())) // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def as_document(looked_at: Sequence[Part], now: datetime) -> dict[str, object]:
    """As `--json` and the endpoint say it."""
    return {
        "is_healthy": is_healthy(looked_at),
        "checked_at_utc": now.isoformat(),
        "parts": [
            {
                "subject": part.subject,
                "is_healthy": part.is_healthy,
                "text": part.text,
                "to_do": None if part.is_healthy else _REMEDY[part.subject],
            }
            for part in looked_at
        ],
    }


def is_healthy(looked_at: Iterable[Part]) -> bool:
    return all(part.is_healthy for part in looked_at)


def problems(looked_at: Iterable[Part], now: datetime) -> list[Problem]:
    """One for each part that is not healthy. It is told again with each day that passes; the same one while it lasts,
    since `since` does not move until there is a sign again."""
    return [
        Problem(
            kind=SILENCE,
            subject=part.subject,
            usage_date=part.since.isoformat(),
            text=f"{part.subject}: {part.text}. To do: {_REMEDY[part.subject]}",
            failing_rows=0,
            runbook="docs/operations.md",
            run_id="",
            reminder=(now.date() - part.since).days,
        )
        for part in looked_at
        if not part.is_healthy
    ]
