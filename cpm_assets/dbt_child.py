"""dbt as a child that does not outlive its parent: the command `cpm-dbt`, which Dagster starts in dbt's place.

A SIGKILLed run cannot end its child. Left alone, dbt would go on writing the warehouse after the writer's lock is free.
"""

from __future__ import annotations

import os
import sys
import threading
import time

PARENT = "CPM_DBT_PARENT"
"""The variable with the process id of the run that builds: one killed before this process could ask left no trace."""

POLL_SECONDS = 0.2


def main() -> None:
    """Run dbt with this command's arguments; end at once when the parent process is gone."""
    parent = int(os.environ.get(PARENT) or os.getppid())
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    from dbt.cli.main import cli  # after the watch has begun: importing dbt takes seconds

    sys.exit(cli())


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(1)
