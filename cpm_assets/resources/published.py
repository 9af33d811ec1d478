"""Published snapshots: complete copies of the marts file behind a link that is switched in one step.

Readers open the link and keep the version they opened. Switching the link is the commit point of a build: before it
nothing of the build is seen, after it all of it is. Old versions are pruned, but never one that somebody has open.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import datetime
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import duckdb

from cpm_assets.resources.duckdb_lock import process_having_open
from cpm_assets.resources.durable_files import fsync_directory, fsync_file

LINK_NAME = "cpm.duckdb"
READ_ONLY = 0o444
"""Of a version: whoever opens it to write is refused, instead of locking out all other readers or changing figures."""
GRACE_SECONDS = 5.0
"""How long a replaced version stays at least: DuckDB follows the link first and opens the version a moment later."""


def published_figure_changes(version: Path) -> list[tuple[Any, ...]]:
    """The rows of `figure_changes` in a published version, in the order of their columns; none in one that lacks it."""
    with duckdb.connect(str(version), read_only=True) as connection:
        tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        if "figure_changes" not in tables:
            return []
        return connection.execute("from figure_changes order by all").fetchall()


class PublishedSnapshots:
    """The versions below one `published` directory, and the link to the current one: of the whole file, or of another
    one (`link_name`, `versions` below the directory)."""

    def __init__(
        self,
        root: Path,
        grace_seconds: float = GRACE_SECONDS,
        link_name: str = LINK_NAME,
        versions: Path = Path("versions"),
    ) -> None:
        self._root = root
        self._grace_seconds = grace_seconds
        self._link = root / link_name
        self._versions = root / versions

    def current(self) -> Path | None:
        """The version that the link shows, or None before the first publish."""
        return self._link.resolve() if self._link.exists() else None

    def name(self, at: datetime, run_id: str) -> str:
        """A file name that no version has yet: sorts by time, and names the run that built it.

        It must be new because the link showing it is what says that a build was published.
        """
        stem = f"cpm-{at:%Y%m%dT%H%M%S%fZ}-{run_id[:8]}"
        names = (f"{stem}{f'-{number}' if number > 1 else ''}.duckdb" for number in count(1))
        return next(name for name in names if not (self._versions / name).exists())

    def publish(self, marts: Path, name: str) -> Path:
        """Copy the closed marts file to a new version and switch the link to it."""
        return self.publish_made(name, lambda part: shutil.copyfile(marts, part))

    def publish_made(self, name: str, make: Callable[[Path], object]) -> Path:
        """Have `make` write and close a new version at the path that it is given, and switch the link to it."""
        self._versions.mkdir(parents=True, exist_ok=True)
        self._delete_parts()
        version = self._versions / name
        part = version.with_name(f".{name}.part")
        make(part)
        part.chmod(READ_ONLY)
        fsync_file(part)
        part.rename(version)
        fsync_directory(self._versions)
        new_link = self._link.with_name(f".{self._link.name}.new")
        new_link.unlink(missing_ok=True)
        new_link.symlink_to(version.relative_to(self._root))
        new_link.rename(self._link)
        fsync_directory(self._root)
        return version

    def prune(self, keep: int) -> list[Path]:
        """Delete left-over parts and all but the newest `keep` (1 or more) versions.

        Never the current one, one that is open, or one that was replaced a moment ago: the next prune takes those.
        """
        current = self.current()
        self._delete_parts()
        deleted = []
        newest_first = sorted(self._versions.glob("cpm-*.duckdb"), key=_age, reverse=True)
        # a version gets its name, and so its change time, right before the link is switched to it
        replaced = [(version, successor.stat().st_ctime) for successor, version in pairwise(newest_first)]
        for version, replaced_at in replaced[keep - 1 :]:
            is_settled = time.time() - replaced_at >= self._grace_seconds
            if is_settled and version != current and process_having_open(version) is None:
                version.unlink()
                deleted.append(version)
        return deleted

    def remove(self) -> None:
        """Take the link away, then every version: whoever has one open keeps that alone."""
        self._link.unlink(missing_ok=True)
        fsync_directory(self._root)
        for file in [*self._versions.glob("*"), *self._versions.glob(".*.part")]:
            file.unlink(missing_ok=True)
        if self._versions.exists():
            self._versions.rmdir()

    def drop_old(self) -> list[Path]:
        """Delete every version but the current one at once, grace or not; those that somebody has open are returned."""
        old = [version for version in self._versions.glob("cpm-*.duckdb") if version != self.current()]
        still_open = [version for version in old if process_having_open(version) is not None]
        for version in old:
            if version not in still_open:
                version.unlink()
        return sorted(still_open)

    def _delete_parts(self) -> None:
        """A killed or failed copy: on a full disk it would be in the way of the next one."""
        for part in self._versions.glob(".*.part"):
            part.unlink()


def _age(version: Path) -> tuple[str, int]:
    """The instant in the name; when it was written tells versions of one instant apart (a stopped clock)."""
    return version.name.split("-")[1], version.stat().st_mtime_ns


def restore(version: Path, marts: Path) -> None:
    """Put the marts file back to a published version, in one step."""
    part = marts.with_name(f".{marts.name}.part")
    shutil.copyfile(version, part)
    fsync_file(part)
    marts.with_name(f"{marts.name}.wal").unlink(missing_ok=True)
    part.replace(marts)
    fsync_directory(marts.parent)
