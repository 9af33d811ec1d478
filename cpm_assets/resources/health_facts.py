"""Facts of an installation's health, read from files alone: no lock is taken or waited for, nothing is opened to write.

Each is looked at by itself: what cannot be read is said, and hides no other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from cpm_assets.domain.health import DAEMON, LAST_DAY, OPEN_DAY, PUBLISHED, HealthFacts
from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import BuildLog
from cpm_assets.resources.doctor.setup_facts import daemon_heartbeats

_Fact = TypeVar("_Fact")

DUCKDB_MAGIC = b"DUCK"
_MAGIC_AT = 8
"""Where a DuckDB file has it: after a checksum of eight bytes."""


def health_facts(installation: Installation) -> HealthFacts:
    """As they are now."""
    trouble: dict[str, str] = {}

    def looked(subject: str, look: Callable[[], _Fact | None]) -> _Fact | None:
        try:
            return look()
        except (OSError, ValueError, KeyError, TypeError) as error:
            trouble[subject] = f"{type(error).__name__}: {error}"
            return None

    builds = installation.warehouse.builds
    return HealthFacts(
        daemon_at=looked(DAEMON, lambda: _daemon_at(installation)),
        built_at=looked(OPEN_DAY, lambda: newest_build(builds)),
        last_day=looked(LAST_DAY, lambda: _last_day(builds)),
        published_at=looked(PUBLISHED, lambda: _published_at(installation)),
        trouble=trouble,
    )


def _daemon_at(installation: Installation) -> datetime | None:
    heartbeats, trouble = daemon_heartbeats(installation.directory.dagster_home)
    if trouble:
        raise ValueError(trouble)
    return max(heartbeats.values()) if heartbeats else None


def newest_build(builds: BuildLog) -> datetime | None:
    """When the newest build was made whose reading was complete: a tick's, of the open day or the one before it."""
    newest = [build.built_at_utc for day in builds.days()[-3:] if (build := builds.last_costed(day))]
    return max(newest, default=None)


def _last_day(builds: BuildLog) -> date | None:
    for day in reversed(builds.days()):
        build = builds.last_costed(day)
        if build and build.known_at_utc >= datetime.combine(day + timedelta(days=1), time.min, UTC):
            return day
    return None


def _published_at(installation: Installation) -> datetime | None:
    """When the version behind the link was made. Its first bytes are looked at; opened by DuckDB it is not."""
    version = installation.warehouse.snapshots.current()
    if version is None:
        return None
    with version.open("rb") as file:
        if file.read(_MAGIC_AT + len(DUCKDB_MAGIC))[_MAGIC_AT:] != DUCKDB_MAGIC:
            raise ValueError(f"{version.name} is no DuckDB file")
    return datetime.fromtimestamp(version.stat().st_mtime, UTC)
