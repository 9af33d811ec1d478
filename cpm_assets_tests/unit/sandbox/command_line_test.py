"""`python -m cpm_assets.sandbox`: it serves, stops when told, and explains wrong arguments."""

import os
import signal
import subprocess
import sys

import pytest

from cpm_assets.sandbox.__main__ import main


def test_it_serves_until_it_is_told_to_stop() -> None:
    """A sandbox left behind by the demo would hold its port."""
    command = [sys.executable, "-m", "cpm_assets.sandbox", "--port", "0", "--at", "2026-11-05T12:00:00Z"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "http://127.0.0.1:" in process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize("instant", ["yesterday", "2026-11-05T12:00:00"])
def test_an_instant_without_a_time_zone_is_explained(instant: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A clock that is off by the machine's own zone would shift every window."""
    with pytest.raises(SystemExit):
        main(["--at", instant])
    assert "write it like 2026-11-05T12:00:00Z" in capsys.readouterr().err
