"""Running production jobs and commands in tests: on a stopped clock, with a usage source of the test's own.

One step is one command or job of the product, and what was published after it. What a step must come to is in the
tests; the steps of the shared stories are in `conftest.py`.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import dagster as dg
import pytest

from cpm_assets.commands import day as day_command
from cpm_assets.commands.session import Session, session
from cpm_assets.resources.usage_connection import UsageConnection
from cpm_assets.settings import Settings
from cpm_assets_tests.pipeline.scripted_usage import ScriptedUsage

MANY = 1000
"""Published versions that are kept in tests: each step's is looked at after the last step."""


@dataclass(frozen=True)
class Step:
    """What came of a step: its exit status (0: a job went through), what it said, and the version then published."""

    status: int
    messages: str
    published: Path | None


@dataclass(frozen=True)
class Stage:
    """A data directory and where its usage comes from. `settings.data_dir` is the directory."""

    settings: Settings
    usage: ScriptedUsage | UsageConnection

    @contextmanager
    def opened(self, at: datetime) -> Iterator[Session]:
        """A session whose clock stands at that instant."""
        with session(self.settings, at, self.usage) as opened:
            yield opened

    def job(self, at: datetime, job_name: str, first: date, last: date | None = None) -> Step:
        """Run a job over a day, or over a range in one run."""
        return self._step(at, lambda opened: 0 if opened.run(job_name, first, last) else 1)

    def day(self, at: datetime, day: date, purpose: str = "day") -> Step:
        """The command `make day` or `make finalize`, with this stage's clock and usage instead of the environment's."""

        @contextmanager
        def of_stage() -> Iterator[Session]:
            yield opened_session

        messages = io.StringIO()
        with self.opened(at) as opened_session, pytest.MonkeyPatch.context() as patch, redirect_stderr(messages):
            patch.setattr(day_command, "session", of_stage)
            status = day_command.run_day(day, purpose)
            return Step(status, messages.getvalue(), opened_session.installation.warehouse.snapshots.current())

    def _step(self, at: datetime, action: Callable[[Session], int]) -> Step:
        messages = io.StringIO()
        with self.opened(at) as opened, redirect_stderr(messages):
            status = action(opened)
            return Step(status, messages.getvalue(), opened.installation.warehouse.snapshots.current())


def stage(data_dir: Path, first_day: date, usage: ScriptedUsage | UsageConnection, **settings: object) -> Stage:
    """A stage on a new data directory, as the sandbox's (no Genesys setting)."""
    made = Settings(data_dir=data_dir, first_day=first_day, is_sandbox=True, keep_snapshots=MANY)
    return Stage(replace(made, **settings), usage)


def evaluate_alert_sensor(opened: Session) -> None:
    """One tick of the alert sensor, as the daemon makes it."""
    sensor = opened.defs.resolve_sensor_def("alert_sensor")
    sensor.evaluate_tick(dg.build_sensor_context(instance=opened.instance))
