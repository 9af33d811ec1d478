"""Claims about `cpm_assets.resources.clock`."""

from datetime import UTC, datetime, timedelta

import pytest

from cpm_assets.resources.clock import Clock


def test_the_clock_goes_and_is_utc() -> None:
    """A naive instant compared with an aware one stops a run; a local one shifts its day (D1)."""
    now = Clock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_fixed_clock_stands_still_in_utc() -> None:
    """The demonstration would print other figures every day."""
    clock = Clock(fixed_at="2026-11-05T13:00:00+01:00")
    assert clock.now() == clock.now() == datetime(2026, 11, 5, 12, tzinfo=UTC)
    assert clock.now().utcoffset() == timedelta(0)


def test_a_fixed_instant_without_an_offset_is_refused() -> None:
    """Taken in the machine's own zone it would be another instant on every machine."""
    with pytest.raises(ValueError, match="needs an offset"):
        Clock(fixed_at="2026-11-05T12:00:00").now()
