"""Claims about `cpm_assets.domain.verification_rota`: every closed day is read whole at least once in thirty days."""

from datetime import date, timedelta

from cpm_assets.domain.verification_rota import NEWEST_DAYS, ROTA_DAYS, day_to_recompute, is_read_on

DAY = date(2026, 11, 3)


def test_each_day_is_read_whole_at_least_once_in_thirty_days_for_ever() -> None:
    """A day that falls out of the rota is a file that nobody looks at again."""
    read = [age for age in range(1000) if is_read_on(DAY, DAY + timedelta(days=age))]
    assert max(later - earlier for earlier, later in zip(read, read[1:], strict=False)) <= ROTA_DAYS


def test_a_nights_work_stays_a_thirtieth_of_the_closed_days_and_the_newest() -> None:
    """Three years of days read each night take longer than the night."""
    today = DAY + timedelta(days=1100)
    read = sum(is_read_on(DAY + timedelta(days=n), today) for n in range(1100))
    assert read <= 1100 / ROTA_DAYS + NEWEST_DAYS + 1


def test_every_closed_day_has_its_turn_to_be_worked_out_again_and_a_retry_takes_the_same() -> None:
    """A day that is never chosen is never proved; one that changes with each retry hides a failure."""
    days = [DAY + timedelta(days=n) for n in range(30)]
    chosen = [day_to_recompute(days, DAY + timedelta(days=n)) for n in range(400)]
    assert set(chosen) == set(days)
    assert chosen[7] == day_to_recompute(days[::-1], DAY + timedelta(days=7))
    assert day_to_recompute([], DAY) is None
