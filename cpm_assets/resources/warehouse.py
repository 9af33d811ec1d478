"""The warehouse's files: who may write them, how a build becomes visible, and how a killed build leaves no trace.

A build changes `warehouse/*.duckdb` and then publishes a copy of the marts. Until the published link is switched the
build never happened: the next writer finds no `clean` mark and puts the marts back to the published version. (The
working models may be ahead of it; each day's build replaces them as a whole, so that is harmless.)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from cpm_assets.resources.build_log import BuildLog, DayBuild
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.duckdb_lock import process_having_open
from cpm_assets.resources.durable_files import fsync_directory, write_durably
from cpm_assets.resources.frozen_versions import FrozenVersions
from cpm_assets.resources.published import PublishedSnapshots, restore
from cpm_assets.resources.review_log import DayReview, ReviewLog
from cpm_assets.resources.writer_lock import POLL_SECONDS, writer_lock


class RebuildNeededError(RuntimeError):
    """Files of the warehouse are gone though days were built: only `make rebuild` makes them again."""


class Warehouse:
    """The two DuckDB files that dbt writes, and their way to the readers."""

    def __init__(self, directory: DataDirectory, keep_snapshots: int) -> None:
        self.directory = directory
        self.models_file = directory.warehouse / "warehouse.duckdb"
        self.marts_file = directory.warehouse / "cpm.duckdb"
        self.builds = BuildLog(directory.lake, directory.work)
        self.frozen = FrozenVersions(directory.lake, directory.work)
        self.reviews = ReviewLog(directory.lake)
        self.snapshots = PublishedSnapshots(directory.published)
        self._clean_mark = directory.warehouse / "clean"
        self._rebuild_mark = directory.warehouse / "rebuilding"
        self._keep_snapshots = keep_snapshots

    @contextmanager
    def writing(self, holder: str, say: Callable[[str], object], *, afresh: bool = False) -> Iterator[None]:
        """Be the one writer while the block runs, starting from the last published state (or from nothing, `afresh`).

        Raises RebuildNeededError when files were deleted, or a rebuild was not finished.
        """
        with writer_lock(self.directory.warehouse / "writer.lock", holder, say):
            self._recover(say, afresh=afresh)
            yield

    def commit(self, builds: Iterable[DayBuild], at: datetime, run_id: str, reviews: Iterable[DayReview] = ()) -> Path:
        """Publish the marts and, in the same step, make the records of builds and reviews and the frozen files true.
        Only while `writing`."""
        name = self.snapshots.name(at, run_id)
        self._flush_marts()
        self.builds.prepare(builds, name, self.frozen.staged(), self.reviews.entries(reviews))
        version = self.snapshots.publish(self.marts_file, name)
        self._rebuild_mark.unlink(missing_ok=True)
        self.builds.settle(name)
        write_durably(self._clean_mark, name.encode())
        self.snapshots.prune(self._keep_snapshots)
        return version

    def ask_for_rebuild(self) -> None:
        """Have every writer stop until the warehouse was made again from the lake."""
        write_durably(self._rebuild_mark, b"")

    def is_rebuild_due(self) -> bool:
        """Whether writers stop until the warehouse was made again."""
        return self._rebuild_mark.exists()

    def _recover(self, say: Callable[[str], object], *, afresh: bool) -> None:
        self._await_orphans(say)
        current = self.snapshots.current()
        self.builds.settle(current.name if current else None)
        is_clean = current is not None and self._clean_mark.exists() and self._clean_mark.read_text() == current.name
        self._clean_mark.unlink(missing_ok=True)
        fsync_directory(self.directory.warehouse)
        if afresh:
            write_durably(self._rebuild_mark, b"")
            for path in (self.models_file, self.marts_file):
                _delete_database(path)
            return
        self._check_complete(current)
        if current is None:
            _delete_database(self.marts_file)
        elif not is_clean or not self.marts_file.exists():
            say(f"the last build did not finish; the marts are put back to {current.name}")
            restore(current, self.marts_file)

    def _check_complete(self, current: Path | None) -> None:
        """Days that were built are in the working models and in the published version, or figures would go missing."""
        if self._rebuild_mark.exists():
            reason = "the warehouse is to be made again (an erasure, or a `make rebuild` that did not finish)"
        elif current is None and self.builds.days():
            reason = "the published file is gone, but days were built"
        elif current is not None and not self.models_file.exists():
            reason = f"{self.models_file} is gone, but days were built from it"
        else:
            return
        raise RebuildNeededError(f"{reason}. Run `make rebuild`: it is made again from the lake. Nothing is lost.")

    def _await_orphans(self, say: Callable[[str], object]) -> None:
        """Wait until nobody else has the working files open: a killed build's dbt process may outlive it a little."""
        for path in (self.models_file, self.marts_file):
            told = None
            while path.exists() and (process := process_having_open(path)) is not None:
                if process != told:
                    say(f"waiting for process {process}, which has {path.name} open")
                    told = process
                time.sleep(POLL_SECONDS)

    def _flush_marts(self) -> None:
        """Have everything in the one file that is copied (nothing in a write-ahead log)."""
        with duckdb.connect(str(self.marts_file)) as connection:
            connection.execute("checkpoint")


def _delete_database(path: Path) -> None:
    """With its write-ahead log, which would be replayed into a new file of that name."""
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
