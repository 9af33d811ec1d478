"""The data directory: where everything that is written lives, and whose data it is (D26)."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cpm_assets.resources.durable_files import fsync_directory, make_directory


class WrongStampError(RuntimeError):
    """The data directory belongs to the sandbox or to another organization."""


@dataclass(frozen=True)
class DataDirectory:
    """Paths below `CPM_DATA_DIR`. Nothing here creates anything but `claim`."""

    root: Path

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    @property
    def run_inputs(self) -> Path:
        return self.root / "work" / "inputs"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def erasing(self) -> Path:
        """Where the copies without an erased number wait."""
        return self.root / "work" / "erasing"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def published_file(self) -> Path:
        """The link that readers open."""
        return self.published / "cpm.duckdb"

    @property
    def dispute_packs(self) -> Path:
        return self.root / "dispute_packs"

    @property
    def bi(self) -> Path:
        """Files for BI tools, made of the published file."""
        return self.root / "bi"

    @property
    def what_if(self) -> Path:
        """Answers to what-if questions: a file of rows and one that says what they answer, each."""
        return self.root / "what_if"

    @property
    def leg_files(self) -> Path:
        """Files of legs of older days, as somebody asked for them."""
        return self.root / "legs"

    @property
    def alerts(self) -> Path:
        return self.root / "alerts"

    @property
    def health_alerts(self) -> Path:
        """Alerts that `make health` sent, apart from the daemon's, which would call them resolved."""
        return self.alerts / "health"

    @property
    def dagster_home(self) -> Path:
        return self.root / "dagster"

    @property
    def _stamp_file(self) -> Path:
        return self.root / "stamp.json"

    def claim(self, stamp: str) -> None:
        """Stamp the directory on first use; raise WrongStampError if it carries another stamp, and write nothing then.

        Two first users at once: a link is made only where there is none, so exactly one of them writes the stamp, and
        it is never seen half written.
        """
        if not self._stamp_file.exists():
            self._write_stamp(stamp)
        self.check(stamp)

    def check(self, stamp: str) -> None:
        """Raise WrongStampError if the directory carries another stamp; nothing is written."""
        found = self.stamp()
        if found not in (None, stamp):
            raise WrongStampError(
                f"{self.root} holds the data of: {found}. This command is for: {stamp}. "
                "Sandbox and organization are never mixed: set CPM_DATA_DIR to another directory, "
                "or change the GENESYS_ settings."
            )

    def stamp(self) -> str | None:
        """The stamp that the directory carries, None before its first use. Raises OSError, ValueError or KeyError for a
        stamp file that cannot be read."""
        if not self._stamp_file.exists():
            return None
        return str(json.loads(self._stamp_file.read_text())["stamp"])

    def _write_stamp(self, stamp: str) -> None:
        make_directory(self.root)
        with tempfile.NamedTemporaryFile("w", dir=self.root, prefix=".stamp.", suffix=".part") as file:
            file.write(json.dumps({"stamp": stamp}) + "\n")
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o644)  # noqa: PTH101 - on the open file's own name
            with suppress(FileExistsError):
                os.link(file.name, self._stamp_file)
        fsync_directory(self.root)
