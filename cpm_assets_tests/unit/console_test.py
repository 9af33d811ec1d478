"""Claims about the console: what is printed of a run, by a job of one step that fails."""

import dagster as dg
import pytest

from cpm_assets.console import plain_console


@dg.op
def day_checks() -> None:
    raise dg.Failure("these days keep their last good figures: 2026-10-28", allow_retries=False)


@dg.job(logger_defs={"console": plain_console})
def rejecting_job() -> None:
    day_checks()


def _printed(capsys: pytest.CaptureFixture[str], expected_failure: str) -> list[str]:
    config = {"loggers": {"console": {"config": {"expected_failure": expected_failure}}}}
    assert not rejecting_job.execute_in_process(run_config=config, raise_on_error=False).success
    return capsys.readouterr().err.splitlines()


def test_a_failure_that_is_meant_to_be_is_said_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody who tries the demonstration and reads two errors takes it for broken."""
    told = [line[10:] for line in _printed(capsys, "day_checks")]
    assert told == ["day_checks: as expected here: these days keep their last good figures: 2026-10-28"]


def test_a_failure_that_nobody_expects_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """The same words for a day that was not meant to fail would hide it."""
    for expected in ("", "published"):
        told = "\n".join(_printed(capsys, expected))
        assert "day_checks: error:" in told
        assert 'error: Execution of run for "rejecting_job" failed' in told
