"""`make dev`: the Dagster UI with daemon, schedules and sensors, on loopback, on the same data as every command."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cpm_assets.commands.session import session
from cpm_assets.commands.terminal import say

WORKSPACE = Path(__file__).resolve().parents[2] / "workspace.yaml"


def run_dev(port: int) -> int:
    """Replace this process by `dagster dev`; Ctrl-C ends it."""
    with session() as opened:
        directory = opened.installation.directory
    say(f"Dagster on http://127.0.0.1:{port} over {directory.root}; Ctrl-C ends it")
    dagster = Path(sys.executable).with_name("dagster")
    arguments = ["dev", "--workspace", str(WORKSPACE), "--host", "127.0.0.1", "--port", str(port)]
    # Said in full: by default it is a path below the directory that is left here.
    environment = os.environ | {"CPM_DATA_DIR": str(directory.root)}
    os.chdir(directory.dagster_home)  # where no other dagster.yaml is found than the one in use
    environment["PYTHONWARNINGS"] = "ignore:Function `dev_command` is superseded"  # dagster 1.13 recommends its `dg`
    os.execve(dagster, [str(dagster), *arguments], environment)  # noqa: S606 - our own dagster with fixed arguments
    return 0
