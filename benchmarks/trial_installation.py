"""A trial installation: the product in a directory of its own, filled through its own extraction, run as people run it.

It is configured as an organization that does not exist: without any Genesys setting the commands would fill the inbox
with the sandbox's files. Nothing is ever asked of that organization, because every run is one without extraction.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from benchmarks.synthetic_api import SyntheticUsageApi
from benchmarks.synthetic_deck import deck_prefixes, write_reference_data
from cpm_assets.domain.extraction_plan import day_window
from cpm_assets.domain.extraction_receipt import ExtractionReceipt
from cpm_assets.installation import Installation
from cpm_assets.resources.usage_extraction import extract
from cpm_assets.settings import settings_from_environment

PROJECT = Path(__file__).resolve().parents[1]
DAYS_BACK = 80
"""The first day, counted from today: inside the 92 days for which legs are published, outside nothing else."""

SHOWN_OUTPUT = 4_000


@dataclass(frozen=True)
class TrialInstallation:
    """One data directory below `root`, with a deck of `deck_rows` rows in its inbox."""

    root: Path
    deck_rows: int
    today: date

    @classmethod
    def new(cls, root: Path, deck_rows: int) -> "TrialInstallation":
        """An empty installation whose contracts and rate deck are delivered and old enough to be taken."""
        trial = cls(root, deck_rows, datetime.now(UTC).date())
        inbox = trial.installation.directory.inbox
        write_reference_data(inbox, deck_rows)
        an_hour_ago = time.time() - 3600
        for path in inbox.rglob("*.csv"):
            os.utime(path, (an_hour_ago, an_hour_ago))
        return trial

    @property
    def environment(self) -> dict[str, str]:
        """What its commands find in the environment; nothing of the caller's own configuration."""
        others = {name: value for name, value in os.environ.items() if not name.startswith(("CPM_", "GENESYS_"))}
        return others | {
            "CPM_DATA_DIR": str(self.root),
            "CPM_FIRST_DAY": self.day(0).isoformat(),
            "GENESYS_CLIENT_ID": "benchmark",
            "GENESYS_CLIENT_SECRET": "benchmark",
            "GENESYS_API_URL": "http://usage.invalid",
            "GENESYS_LOGIN_URL": "http://login.invalid",
        }

    @cached_property
    def installation(self) -> Installation:
        return Installation(settings_from_environment(self.environment))

    def day(self, number: int) -> date:
        """The UTC day `number` of this installation, counted from 0; all are over."""
        return self.today - timedelta(days=DAYS_BACK - number)

    def sweep(self, day: date, legs: int) -> ExtractionReceipt:
        """Extracts a whole UTC day of `legs` synthetic legs into the lake."""
        with SyntheticUsageApi(day, legs, deck_prefixes(self.deck_rows)).source() as source:
            lake, window = self.installation.lake, day_window(day)
            return extract(source, lake, day, "sweep", window, lambda: datetime.now(UTC))

    def seconds_of(self, command: str, *days: date) -> float:
        """Runs `python -m cpm_assets <command> <days> --no-extract` in a process of its own; the seconds it took.

        Raises RuntimeError with the end of its output when it fails: then there is nothing to compare.
        """
        arguments = ["-m", "cpm_assets", command, *(day.isoformat() for day in days), "--no-extract"]
        return seconds_of_program([sys.executable, *arguments], self.environment)


def seconds_of_program(command: list[str], environment: dict[str, str] | None = None) -> float:
    """Runs a program in the project's directory and waits; the seconds it took. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-SHOWN_OUTPUT:]}")
    return seconds
