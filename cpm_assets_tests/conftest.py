"""What tests of several kinds share: the demonstration, run once as a person runs it; and pytest's hooks.

What the demonstration must come to is in `pipeline/ground_truth_test.py`.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cpm_assets.resources.writer_lock import writer_lock
from cpm_assets_tests.spreading import ByFileOrStory, dear_first

REPOSITORY = Path(__file__).parents[1]
SHARED_DEMO = "CPM_SHARED_DEMO"
"""The variable with the directory of a demonstration that `.ci/run` has run: `data`, `output`, `messages`, `status`."""
COMMAND_SECONDS = 1200
"""Far more than any command needs on two busy cores: a command that hangs fails instead of stopping everything."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In pytest-xdist's processes the dear files come first; a single process keeps the tree's order."""
    if hasattr(config, "workerinput"):
        items[:] = [items[position] for position in dear_first([item.nodeid for item in items])]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Callable[..., None]) -> ByFileOrStory | None:
    """How `--dist loadfile` hands out the tests; any other way is pytest-xdist's own."""
    return ByFileOrStory(config, log) if config.getoption("dist") == "loadfile" else None


class FailuresAtOnce:
    """Prints each failure as it comes: with many processes pytest says nothing but a letter until all have ended."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """After pytest's own letter; a test that ended with the whole process has a text instead of a traceback."""
        printer = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and printer:
            crash = getattr(report.longrepr, "reprcrash", None)
            reason = (crash.message if crash else str(report.longrepr)).strip().splitlines() or [""]
            during = f" ({report.when})" if report.when in ("setup", "teardown") else ""
            printer.write(f"\nFAILED{during} {report.nodeid}: {reason[0][:300]}\n", flush=True)


def pytest_configure(config: pytest.Config) -> None:
    """Only in the process that hands out the tests to others."""
    if config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FailuresAtOnce(config))


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

    Run once for all of pytest's processes (`-n`): whichever asks first runs it, the others wait for its result. CI has
    run it before all tests, and says where.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    place = Path(os.environ.get(SHARED_DEMO) or shared / "demo")
    status, output, messages, data_dir = (place / name for name in ("status", "output", "messages", "data"))
    place.mkdir(parents=True, exist_ok=True)
    with writer_lock(shared / "demo.lock", "the demonstration", lambda _text: None):
        if not status.exists():
            done = run_command(data_dir, "demo")
            output.write_text(done.output)
            messages.write_text(done.messages)
            status.write_text(str(done.status))
    return FinishedCommand(int(status.read_text()), output.read_text(), messages.read_text(), data_dir)


@pytest.fixture(scope="session")
def published_demo(demo: FinishedCommand) -> Path:
    """The published file of the demonstration."""
    assert demo.published.exists(), f"{demo.output}\n{demo.messages}"
    return demo.published
