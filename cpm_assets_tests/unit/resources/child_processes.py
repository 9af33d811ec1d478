"""Real child processes for tests of locks and kills: started, spoken with over a pipe, and killed with SIGKILL.

Nothing here knows what is tested. `killed_at` is to be called in a child of its own (`run_alone`): forking a process
that has threads, as the test process may have, can deadlock.
"""

import itertools
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
STEPS = {
    "open",
    "os.chmod",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.symlink",
    "os.truncate",
    "shutil.copyfile",
}
"""Python's own audit events of what changes files (`open` to write): every one is a moment to be killed at."""


class Child:
    """A running Python process; what it prints is read line by line."""

    def __init__(self, code: str, *arguments: object) -> None:
        command = [sys.executable, "-u", "-c", code, *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=REPOSITORY
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def line(self) -> str:
        """The next line it prints; empty when it has ended."""
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.process.wait()

    def finish(self) -> str:
        """Close its standard input, wait for its end, and give what else it printed. Raises if it failed."""
        printed, _ = self.process.communicate(timeout=20)
        assert self.process.returncode == 0, printed
        return printed


@contextmanager
def child(code: str, *arguments: object) -> Iterator[Child]:
    """A child that is certainly gone after the block."""
    started = Child(code, *arguments)
    try:
        yield started
    finally:
        started.kill()
        started.process.stdout.close()
        started.process.stdin.close()


def run_alone(module: str, function: str, *arguments: object) -> str:
    """Call `module.function(*arguments)`, all text, in a process of its own; gives what it prints or raises."""
    code = "import importlib, sys; getattr(importlib.import_module(sys.argv[1]), sys.argv[2])(*sys.argv[3:])"
    command = [sys.executable, "-c", code, module, function, *map(str, arguments)]
    done = subprocess.run(command, cwd=REPOSITORY, text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def in_fork(action: Callable[[], object]) -> bool:
    """Do it in a forked process; whether that was killed. Raises if it failed otherwise."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "see above"
    return False


def killed_at(step: int, action: Callable[[], object]) -> bool:
    """Do it in a forked process that is SIGKILLed just before its `step`-th change of a file (from 1); if it was."""

    def watched() -> None:
        steps = itertools.count(1)

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            is_reading = event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR)
            if event in STEPS and not is_reading and next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        action()

    return in_fork(watched)
