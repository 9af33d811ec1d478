"""What tests of several kinds share: the demonstration, run once a session as a person runs it.

Only fixtures. What the demonstration must come to is in `pipeline/ground_truth_test.py`.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests stay in one process under `-n`: a file's, which share what they built, and those of the one demo."""
    for item in items:
        group = "demo" if "demo" in getattr(item, "fixturenames", ()) else item.location[0]
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> FinishedCommand:
    """`make demo` on an empty data directory. To be read only; a test that changes it works on a copy."""
    return run_command(tmp_path_factory.mktemp("demo"), "demo")


@pytest.fixture(scope="session")
def published_demo(demo: FinishedCommand) -> Path:
    """The published file of the demonstration."""
    assert demo.published.exists(), f"{demo.output}\n{demo.messages}"
    return demo.published
