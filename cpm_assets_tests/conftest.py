"""What tests of several kinds share: the demonstration, run once a session as a person runs it.

Only fixtures. What the demonstration must come to is in `pipeline/ground_truth_test.py`.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from cpm_assets.resources.writer_lock import writer_lock

REPOSITORY = Path(__file__).parents[1]
COMMAND_SECONDS = 1200
"""Far more than any command needs on two busy cores: a command that hangs fails instead of stopping everything."""


@dataclass(frozen=True)
class FinishedCommand:
    """A command that ended: its exit status, standard output and standard error, and its data directory."""

    status: int
    output: str
    messages: str
    data_dir: Path

    @property
    def published(self) -> Path:
        """The link that readers open."""
        return self.data_dir / "published" / "cpm.duckdb"


def run_command(data_dir: Path, *arguments: str, **environment: str) -> FinishedCommand:
    """`python -m cpm_assets …` in a process of its own, on that data directory, with no setting but the given ones."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CPM_", "GENESYS_", "DAGSTER_"))}
    done = subprocess.run(
        [sys.executable, "-m", "cpm_assets", *arguments],
        cwd=REPOSITORY,
        env=clean | {"CPM_DATA_DIR": str(data_dir)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
    return FinishedCommand(done.returncode, done.stdout, done.stderr, data_dir)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> FinishedCommand:
    """`make demo` on an empty data directory. To be read only; a test that changes it works on a copy.

    Run once for all of pytest's processes (`-n`): whichever asks first runs it, the others wait for its result.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    result, data_dir = shared / "demo.json", shared / "demo"
    with writer_lock(shared / "demo.lock", "the demonstration", lambda _text: None):
        if not result.exists():
            done = run_command(data_dir, "demo")
            result.write_text(json.dumps([done.status, done.output, done.messages]))
    return FinishedCommand(*json.loads(result.read_text()), data_dir)


@pytest.fixture(scope="session")
def published_demo(demo: FinishedCommand) -> Path:
    """The published file of the demonstration."""
    assert demo.published.exists(), f"{demo.output}\n{demo.messages}"
    return demo.published
