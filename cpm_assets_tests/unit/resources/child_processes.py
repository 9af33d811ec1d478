"""Real child processes for tests of locks and kills: started, spoken with over a pipe, and killed with SIGKILL.

Nothing here knows what is tested. `killed_at` is to be called in a child of its own (`run_alone`): forking a process
that has threads, as the test process may have, can deadlock.
"""

import errno
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
NEEDS_ROOM = {"open", "os.link", "os.mkdir", "os.symlink", "shutil.copyfile"}


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
    done = subprocess.run(command, cwd=REPOSITORY, text=True, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def in_fork(action: Callable[[], object]) -> bool:
    """Do it in a forked process; whether that was killed. Raises if it failed otherwise."""
    _, status = os.waitpid(_forked(action), 0)
    if os.WIFSIGNALED(status):
        return True
    assert status == 0, "see above"
    return False


def killed_at(step: int, action: Callable[[], object]) -> bool:
    """Do it in a forked process that is SIGKILLed just before its `step`-th change of a file (from 1); if it was."""
    return in_fork(lambda: _watched(action, step, lambda _event, _path: os.kill(os.getpid(), signal.SIGKILL)))


def with_full_disk_from(step: int, action: Callable[[], object]) -> bool:
    """Do it in a forked process whose disk is full from its `step`-th change of a file on; whether that stopped it.

    What needs no room (renaming, removing) goes on. Raises if it failed otherwise.
    """

    def refuse(event: str, path: object) -> None:
        if event in NEEDS_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    def tried() -> None:
        try:
            _watched(action, step, refuse, is_lasting=True)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            os.kill(os.getpid(), signal.SIGKILL)  # as far as the caller is told: it was stopped

    return in_fork(tried)


def held_at(step: int, first: Callable[[], object], second: Callable[[Callable[[str], object]], object]) -> None:
    """Do both in processes of their own: the first stands still at a step until the second waits for it, or is over.

    The second is given the function to say that it waits with. Raises if one of them fails.
    """

    def meet() -> None:
        held = _forked(lambda: _watched(first, step, lambda _event, _path: os.kill(os.getpid(), signal.SIGSTOP)))
        _, status = os.waitpid(held, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            second(lambda _text: None)
        else:
            try:
                second(lambda _text: os.kill(held, signal.SIGCONT))
            finally:
                os.kill(held, signal.SIGCONT)
                _, status = os.waitpid(held, 0)
        assert status == 0, "see above"

    in_fork(meet)


def _forked(action: Callable[[], object]) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return pid


def _watched(
    action: Callable[[], object], step: int, then: Callable[[str, object], object], *, is_lasting: bool = False
) -> None:
    """Do it, and `then` just before its `step`-th change of a file (from 1), or before that and all that follow."""
    steps = itertools.count(1)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        is_reading = event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event in STEPS and not is_reading:
            number = next(steps)
            if number == step or (is_lasting and number > step):
                then(event, arguments[0])

    sys.addaudithook(hook)
    action()
