"""Facts of the installation itself: packages against the lock, dbt's manifest, signs of life of Dagster's daemon."""

import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

LOCK_FILE = Path(__file__).resolve().parents[3] / "requirements.lock"
_LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(;?)", re.MULTILINE)


def locked_packages(lock_file: Path = LOCK_FILE) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """The lock's versions by package, and those that only some systems need; nothing where there is no lock."""
    if not lock_file.exists():
        return {}, frozenset()
    versions: dict[str, frozenset[str]] = {}
    conditional = set()
    for name, version, condition in _LOCKED.findall(lock_file.read_text()):
        versions[_normal(name)] = versions.get(_normal(name), frozenset()) | {version}
        if condition:
            conditional.add(_normal(name))
    return versions, frozenset(conditional)


def installed_packages() -> dict[str, str]:
    """The versions of all packages that this Python finds."""
    return {_normal(each.metadata["Name"]): each.version for each in distributions() if each.metadata["Name"]}


def manifest_models(manifest: Path) -> tuple[int | None, str | None]:
    """How many models dbt's manifest has, None without a manifest; and why it cannot be read."""
    if not manifest.exists():
        return None, None
    try:
        nodes = json.loads(manifest.read_bytes())["nodes"]
        return sum(node["resource_type"] == "model" for node in nodes.values()), None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return None, f"{type(error).__name__}: {error}"


def daemon_heartbeats(dagster_home: Path) -> tuple[Mapping[str, datetime] | None, str | None]:
    """The newest sign of life of each of Dagster's daemons, None before its records exist; and why they cannot be read.

    Read from the file and not through Dagster, which would make or migrate its tables. A database that nobody has open
    is taken as unchanging, since SQLite otherwise puts files of its own beside it.
    """
    records = dagster_home / "history" / "runs.db"
    if not records.exists():
        return None, None
    is_open = records.with_name("runs.db-shm").exists()
    address = f"{records.resolve().as_uri()}?{'mode=ro' if is_open else 'immutable=1'}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=5.0)) as connection:
            rows = connection.execute("select daemon_type, max(timestamp) from daemon_heartbeats group by 1").fetchall()
        return {name: datetime.fromisoformat(beat).replace(tzinfo=UTC) for name, beat in rows}, None
    except (sqlite3.Error, ValueError, TypeError) as error:
        return None, f"{type(error).__name__}: {error}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
