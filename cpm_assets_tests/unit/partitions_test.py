"""Claims about `cpm_assets.partitions`."""

from datetime import UTC, date, datetime

from cpm_assets.partitions import daily_partitions


def test_partitions_are_utc_days_from_the_first_to_the_open_one() -> None:
    """Without today's partition the 15-minute schedule has nothing to write to (D1)."""
    partitions = daily_partitions(date(2026, 10, 24))
    keys = partitions.get_partition_keys(current_time=datetime(2026, 10, 26, 0, 0, 1, tzinfo=UTC))
    assert keys == ["2026-10-24", "2026-10-25", "2026-10-26"]


def test_a_clock_change_makes_no_day_longer() -> None:
    """Local days of 23 or 25 hours would lose or repeat an hour of calls (D1)."""
    window = daily_partitions(date(2026, 10, 24)).time_window_for_partition_key("2026-10-25")
    assert (window.end - window.start).total_seconds() == 24 * 3600
    assert window.start.utcoffset().total_seconds() == 0
