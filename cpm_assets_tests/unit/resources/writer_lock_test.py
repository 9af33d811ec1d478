"""Claims about `cpm_assets.resources.writer_lock`, with real processes."""

from contextlib import suppress
from pathlib import Path

from cpm_assets.resources.writer_lock import writer_lock
from cpm_assets_tests.unit.resources.child_processes import child

HOLD = """
import sys
from pathlib import Path
from cpm_assets.resources.writer_lock import writer_lock
with writer_lock(Path(sys.argv[1]), "run 4711 (day 2026-11-01)", print):
    print("held")
    sys.stdin.readline()
"""

COUNT_UP = """
import sys, time
from pathlib import Path
from cpm_assets.resources import writer_lock
writer_lock.POLL_SECONDS = 0.002
counter = Path(sys.argv[2])
for _ in range(15):
    with writer_lock.writer_lock(Path(sys.argv[1]), "counting", lambda text: None):
        number = int(counter.read_text())
        time.sleep(0.001)
        counter.write_text(str(number + 1))
"""


def test_only_one_process_at_a_time_is_inside(tmp_path: Path) -> None:
    """Two writers would mix two builds in one file."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    with child(COUNT_UP, tmp_path / "lock", counter) as one, child(COUNT_UP, tmp_path / "lock", counter) as other:
        one.finish()
        other.finish()
    assert counter.read_text() == "30"


def test_waiting_names_the_holder_and_ends_when_it_is_killed(tmp_path: Path) -> None:
    """A run that waits in silence is killed by on-call; a lock that outlives a SIGKILL stops everything for good."""
    said: list[str] = []
    with child(HOLD, tmp_path / "lock") as holder:
        assert holder.line() == "held"

        def say(text: str) -> None:
            said.append(text)
            holder.kill()

        with writer_lock(tmp_path / "lock", "me", say):
            pass
    assert said == [f"waiting for the warehouse (0 s so far): held by run 4711 (day 2026-11-01) (process {holder.pid})"]


def test_it_is_free_again_after_an_error_inside(tmp_path: Path) -> None:
    """A failed build in a long-lived process must not lock out the next one."""
    said: list[str] = []
    for _ in range(2):
        with suppress(ZeroDivisionError), writer_lock(tmp_path / "lock", "me", said.append):
            1 / 0  # noqa: B018 - the build failed
    assert said == []
    assert (tmp_path / "lock").read_text() == "", "a holder that is gone is still named"


def test_the_directory_is_made(tmp_path: Path) -> None:
    """The very first build finds nothing there."""
    with writer_lock(tmp_path / "warehouse" / "writer.lock", "me", print):
        assert "me (process" in (tmp_path / "warehouse" / "writer.lock").read_text()
