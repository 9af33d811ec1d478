"""Tests of `domain/analytics_plan.py`: job or query, not yet there, and how a job is waited for."""

from datetime import UTC, datetime, timedelta

import pytest

from cpm_assets.domain.analytics_plan import check_available, is_read_by_job, poll_waits
from cpm_assets.domain.extraction_errors import NotYetAvailable

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=1)


def test_only_a_whole_day_that_is_over_is_read_by_the_job() -> None:
    """The open day has no job yet; a tick by job would wait minutes for a quarter of an hour's legs."""
    assert is_read_by_job(START, END, END)
    assert not is_read_by_job(START, END, END - timedelta(seconds=1))
    assert not is_read_by_job(START + timedelta(hours=23), END, END + timedelta(days=2))


def test_a_job_is_never_asked_beyond_its_data() -> None:
    """It would succeed without the tail, and the day be cheaper than it was."""
    check_available(END, END)
    with pytest.raises(NotYetAvailable, match="until 2026-11-01 23:59 UTC, and the day ends at 2026-11-02 00:00 UTC"):
        check_available(END, END - timedelta(seconds=1))


def test_a_job_is_looked_at_more_and_more_seldom_for_half_an_hour() -> None:
    """The limit of requests is everybody's; a job that hangs must not hold the schedule for ever."""
    waits = list(poll_waits())
    assert waits[:6] == [2, 4, 8, 16, 32, 60]
    assert 1_800 <= sum(waits) < 1_860
    assert len(waits) < 40
