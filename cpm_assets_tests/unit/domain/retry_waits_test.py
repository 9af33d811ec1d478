"""Tests of `domain/retry_waits.py`."""

from datetime import UTC, datetime

import pytest

from cpm_assets.domain.retry_waits import backoff_seconds, limit_pause_seconds, retry_after_seconds

NOW = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("-5", 0.0),
        ("Sun, 01 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0.0),
        (None, None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("Sun, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    """Coming back too early is refused again and uses the budget up."""
    assert retry_after_seconds(header, None, NOW) == seconds


def test_a_date_is_measured_by_the_servers_own_clock() -> None:
    """With our clock an hour fast, every such wait would be over before it began."""
    until, answered_at = "Sun, 01 Nov 2026 11:00:30 GMT", "Sun, 01 Nov 2026 11:00:00 GMT"
    assert retry_after_seconds(until, answered_at, NOW) == 30.0
    assert retry_after_seconds("Sun, 01 Nov 2026 12:00:10 GMT", "no date", NOW) == 10.0


def test_backoff_doubles_with_jitter_up_to_a_minute() -> None:
    """Without jitter all clients that were refused together come back together."""
    assert [backoff_seconds(attempt, 0.0) for attempt in (1, 2, 3, 8, 5_000)] == [0.5, 1.0, 2.0, 30.0, 30.0]
    assert backoff_seconds(3, 0.5) == 3.0
    assert backoff_seconds(8, 0.999) < 60.0


@pytest.mark.parametrize(
    ("count", "allowed", "reset", "seconds"),
    [("299", "300", "40", 0.0), ("300", "300", "40", 41.0), ("301", "300", "0", 1.0), ("300", "300", "121", 0.0)]
    + [("many", "300", "40", 0.0), ("300", "", "40", 0.0), ("300", "300", "-1", 0.0), ("9" * 5000, "300", "40", 0.0)],
)
def test_a_minute_that_is_used_up_is_waited_out(count: str, allowed: str, reset: str, seconds: float) -> None:
    """A request too many is refused, and counts for the next minute, too."""
    headers = {"inin-ratelimit-count": count, "inin-ratelimit-allowed": allowed, "inin-ratelimit-reset": reset}
    assert limit_pause_seconds(headers) == seconds
    assert limit_pause_seconds({}) == 0.0
