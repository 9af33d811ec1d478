"""A session: Dagster's instance and this installation's definitions, for a command that runs jobs in its process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import dagster as dg

from cpm_assets.alerts import current_problems
from cpm_assets.build import build_defs
from cpm_assets.commands.terminal import say
from cpm_assets.domain.alerting import messages_due
from cpm_assets.installation import Installation
from cpm_assets.resources.alert_outbox import AlertOutbox
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.scratch_directories import sweep
from cpm_assets.resources.usage_connection import UsageConnection
from cpm_assets.resources.writer_lock import writer_lock
from cpm_assets.runs import fail_runs_of_dead_processes, process_tags, range_tags
from cpm_assets.settings import Settings, settings_from_environment

DAGSTER_YAML = Path(__file__).resolve().parents[2] / "dagster.yaml"


@dataclass(frozen=True)
class Session:
    """What a command needs to launch jobs: the same definitions that the daemon uses."""

    installation: Installation
    clock: Clock
    defs: dg.Definitions
    instance: dg.DagsterInstance

    def run(
        self,
        job_name: str,
        first: date,
        last: date | None = None,
        config: Mapping[str, object] | None = None,
        expected_failure: str = "",
    ) -> bool:
        """Run a job over one UTC day, or a range of days in one run; whether everything went through.

        `config` is run configuration, for jobs whose assets take some. A failure of the step `expected_failure` is
        printed as such, and is a failure nonetheless.
        """
        is_one_day = last is None or last == first
        result = self.defs.resolve_job_def(job_name).execute_in_process(
            instance=self.instance,
            raise_on_error=False,
            run_config={
                "loggers": {"console": {"config": {"expected_failure": expected_failure}}},
                **(config or {}),
            },
            partition_key=first.isoformat() if is_one_day else None,
            tags={**process_tags(os.getpid()), **({} if is_one_day else range_tags(first, last))},
        )
        return result.success

    def print_alerts(self) -> None:
        """What the daemon will POST to the webhook, one line each; printing it is no delivery."""
        problems = current_problems(self.instance, self.installation, self.clock.now())
        for message in messages_due(problems, AlertOutbox(self.installation.directory.alerts).open_alerts()):
            say(f"alert {message['alert_id']} ({message['status']}): {message['text']}; see {message['runbook']}")


@contextmanager
def session(
    settings: Settings | None = None, fixed_at: datetime | None = None, usage: UsageConnection | None = None
) -> Iterator[Session]:
    """Open a session: claim the data directory (D26), mend what killed processes left, load the definitions.

    `fixed_at` (aware UTC) stops the clock for the demonstration and tests; tests also give their own `usage`.
    """
    installation = Installation(settings or settings_from_environment())
    installation.claim()
    clock = Clock(fixed_at=fixed_at.isoformat() if fixed_at else None)
    usage = usage or UsageConnection(installation.settings, clock)
    usage.fill_inbox(installation.directory.inbox)
    for parent in (installation.directory.work, Path(tempfile.gettempdir())):
        sweep(parent)
    os.environ["DAGSTER_HOME"] = str(prepare_dagster_home(installation))
    with ExitStack() as opened:
        # One at a time: two first commands would both make the tables of Dagster's records, and both parse the models.
        with writer_lock(installation.directory.work / "session.lock", "a command that is starting", say):
            instance = opened.enter_context(dg.DagsterInstance.get())
            fail_runs_of_dead_processes(instance, say)
            defs = build_defs(installation.settings, clock, usage)
        yield Session(installation, clock, defs, instance)


def prepare_dagster_home(installation: Installation) -> Path:
    """The directory of Dagster's own records, with this project's `dagster.yaml` in it."""
    home = installation.directory.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(DAGSTER_YAML, home / "dagster.yaml")
    return home
