"""The warehouse's files: who may write them, how a build becomes visible, and how a killed build leaves no trace.

A build changes `warehouse/*.duckdb` and then publishes a copy of the marts. Until the published link is switched the
build never happened: the next writer finds no `clean` mark and puts the marts back to the published version. (The
working models may be ahead of it; each day's build replaces them as a whole, so that is harmless.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from cpm_assets.resources.build_log import BuildLog, DayBuild
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.durable_files import write_durably
from cpm_assets.resources.published import PublishedSnapshots, restore
from cpm_assets.resources.writer_lock import writer_lock


class RebuildNeededError(RuntimeError):
    """The working file is gone though days were built: only `make rebuild` makes it again."""


class Warehouse:
    """The two DuckDB files that dbt writes, and their way to the readers."""

    def __init__(self, directory: DataDirectory, keep_snapshots: int) -> None:
        self.directory = directory
        self.models_file = directory.warehouse / "warehouse.duckdb"
        self.marts_file = directory.warehouse / "cpm.duckdb"
        self.builds = BuildLog(directory.lake, directory.work)
        self.snapshots = PublishedSnapshots(directory.published)
        self._clean_mark = directory.warehouse / "clean"
        self._keep_snapshots = keep_snapshots

    @contextmanager
    def writing(self, holder: str, say: Callable[[str], object], *, afresh: bool = False) -> Iterator[None]:
        """Be the one writer while the block runs, starting from the last published state (or from nothing, `afresh`).

        Raises RebuildNeededError when the working file was deleted.
        """
        with writer_lock(self.directory.warehouse / "writer.lock", holder, say):
            self._recover(say, afresh=afresh)
            yield

    def commit(self, builds: Iterable[DayBuild], at: datetime, run_id: str) -> Path:
        """Publish the marts and, in the same step, make the builds' records true. Only while `writing`."""
        name = self.snapshots.name(at, run_id)
        self._flush_marts()
        self.builds.prepare(builds, name)
        version = self.snapshots.publish(self.marts_file, name)
        self.builds.settle(name)
        write_durably(self._clean_mark, name.encode())
        self.snapshots.prune(self._keep_snapshots)
        return version

    def _recover(self, say: Callable[[str], object], *, afresh: bool) -> None:
        current = self.snapshots.current()
        self.builds.settle(current.name if current else None)
        is_clean = current is not None and self._clean_mark.exists() and self._clean_mark.read_text() == current.name
        self._clean_mark.unlink(missing_ok=True)
        if afresh:
            for path in (self.models_file, self.marts_file):
                path.unlink(missing_ok=True)
                path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
            return
        if current is not None and not self.models_file.exists():
            raise RebuildNeededError(
                f"{self.models_file} is gone, but days were built from it. Run `make rebuild`: it is made again from "
                "the lake. Nothing is lost."
            )
        if not is_clean:
            if current is not None:
                say(f"the last build did not finish; the marts are put back to {current.name}")
                restore(current, self.marts_file)
            else:
                self.marts_file.unlink(missing_ok=True)

    def _flush_marts(self) -> None:
        """Have everything in the one file that is copied (nothing in a write-ahead log)."""
        with duckdb.connect(str(self.marts_file)) as connection:
            connection.execute("checkpoint")
