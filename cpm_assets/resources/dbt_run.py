"""A dbt run: `dbt build` over the warehouse as a child process, and its failure said in terms of models.

dagster-dbt makes the assets from the manifest; its command line resource is not used, because before each run it starts
dbt once more for its version and loads dbt's adapter into this process: five seconds of every tick, for what a build
that always makes every model does not need.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections import deque
from collections.abc import Callable, Collection
from pathlib import Path

from cpm_assets import dbt_child
from cpm_assets.dbt_project import PROJECT_DIR, dbt_executable
from cpm_assets.resources.data_directory import DataDirectory

PROGRESS_SECONDS = 10.0
LAST_LINES = 20

_DONE = re.compile(r"(\d+) of (\d+) (?:OK|PASS|WARN|ERROR|FAIL|SKIP)")


class DbtFailedError(RuntimeError):
    """A model or an invariant failed; the message names each, and nothing of the build was published."""


def compiled_sql(target: Path, models: Collection[str]) -> dict[str, str]:
    """The SQL of those of the models that dbt compiled for the last build in this target directory."""
    return {path.stem: path.read_text() for path in (target / "compiled").rglob("*.sql") if path.stem in models}


def dbt_build(directory: DataDirectory, say: Callable[[str], object]) -> Path:
    """Build every model, and return dbt's target directory with the compiled SQL. Raises DbtFailedError.

    The environment is what `dbt/profiles.yml` and `dbt/models/sources.yml` read: the same for a data directory every
    time, so that dbt's partial parsing holds.
    """
    target = directory.work / "dbt_target"
    results = target / "run_results.json"
    results.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "CPM_WAREHOUSE_DIR": str(directory.warehouse),
        "CPM_RUN_INPUTS": str(directory.run_inputs),
        dbt_child.PARENT: str(os.getpid()),
    }
    # dbt's own log at its default level, debug, is a tenth of a small day's build.
    arguments = ["--no-use-colors", "--log-level-file", "info", "build", "--profiles-dir", str(PROJECT_DIR)]
    paths = ["--target-path", str(target), "--log-path", str(target)]
    with subprocess.Popen(  # noqa: S603 - our own dbt with our own paths
        [dbt_executable(), *arguments, *paths],
        cwd=PROJECT_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as dbt:
        last_lines = _follow(dbt, say)
    if dbt.returncode != 0:
        raise DbtFailedError(_what_failed(results) or "dbt did not run:\n" + "".join(last_lines))
    return target


def _follow(dbt: subprocess.Popen[str], say: Callable[[str], object]) -> deque[str]:
    """Say every ten seconds how far dbt is; the last lines, for an error that is not a model's."""
    last_lines: deque[str] = deque(maxlen=LAST_LINES)
    said_at = time.monotonic()
    for line in dbt.stdout or ():
        last_lines.append(line)
        done = _DONE.search(line)
        if done and time.monotonic() - said_at >= PROGRESS_SECONDS:
            said_at = time.monotonic()
            say(f"dbt: {done[1]} of {done[2]} models and tests")
    return last_lines


def _what_failed(results: Path) -> str:
    """Each failed model or test with dbt's message; empty if dbt did not come so far."""
    if not results.exists():
        return ""
    failed = [result for result in json.loads(results.read_text())["results"] if result["status"] in ("error", "fail")]
    return "\n".join(
        f"{result['unique_id']}: {result['message']} (compiled SQL below {results.parent / 'compiled'})"
        for result in failed
    )
