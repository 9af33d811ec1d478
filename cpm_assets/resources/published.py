"""Published snapshots: complete copies of the marts file behind a link that is switched in one step.

Readers open the link and keep the version they opened. Switching the link is the commit point of a build: before it
nothing of the build is seen, after it all of it is. Old versions are pruned, but never one that somebody has open.
"""

from __future__ import annotations

import fcntl
import shutil
from datetime import datetime
from pathlib import Path

from cpm_assets.resources.durable_files import fsync_directory, fsync_file

LINK_NAME = "cpm.duckdb"


class PublishedSnapshots:
    """The versions below one `published` directory, and the link to the current one."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._link = root / LINK_NAME
        self._versions = root / "versions"

    def current(self) -> Path | None:
        """The version that the link shows, or None before the first publish."""
        return self._link.resolve() if self._link.exists() else None

    @staticmethod
    def name(at: datetime, run_id: str) -> str:
        """The file name of a version: sorts by time, and names the run that built it."""
        return f"cpm-{at:%Y%m%dT%H%M%S%fZ}-{run_id[:8]}.duckdb"

    def publish(self, marts: Path, name: str) -> Path:
        """Copy the closed marts file to a new version and switch the link to it."""
        self._versions.mkdir(parents=True, exist_ok=True)
        version = self._versions / name
        part = version.with_name(f".{name}.part")
        shutil.copyfile(marts, part)
        fsync_file(part)
        part.rename(version)
        fsync_directory(self._versions)
        new_link = self._root / f".{LINK_NAME}.new"
        new_link.unlink(missing_ok=True)
        new_link.symlink_to(Path("versions") / name)
        new_link.rename(self._link)
        fsync_directory(self._root)
        return version

    def prune(self, keep: int) -> list[Path]:
        """Delete left-over parts and all but the newest `keep` versions, never the current one or one that is open."""
        current = self.current()
        for part in self._versions.glob(".*.part"):
            part.unlink()
        deleted = []
        for version in sorted(self._versions.glob("cpm-*.duckdb"), reverse=True)[keep:]:
            if version != current and not _is_open(version):
                version.unlink()
                deleted.append(version)
        return deleted


def _is_open(version: Path) -> bool:
    """Whether another process has the file open in DuckDB, which holds a shared POSIX lock while it reads."""
    with version.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.lockf(file, fcntl.LOCK_UN)
    return False


def restore(version: Path, marts: Path) -> None:
    """Put the marts file back to a published version, in one step."""
    part = marts.with_name(f".{marts.name}.part")
    shutil.copyfile(version, part)
    fsync_file(part)
    marts.with_name(f"{marts.name}.wal").unlink(missing_ok=True)
    part.replace(marts)
    fsync_directory(marts.parent)
