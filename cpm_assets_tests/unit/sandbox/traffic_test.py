"""A day's legs: what kinds there are, when each is seen, and the intended faults, each once.

How they are served is in `test_server.py`.
"""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from cpm_assets.sandbox import faults
from cpm_assets.sandbox.legs import Leg
from cpm_assets.sandbox.organization import CORRECTED_AT, DEMO_AS_OF, DEMO_DAYS, Organization, utc_midnight
from cpm_assets.sandbox.traffic import legs_of_day, records_as_known

ORGANIZATION = Organization(legs_per_day=300)


def _demo_legs() -> list[Leg]:
    return [leg for day in DEMO_DAYS for leg in legs_of_day(ORGANIZATION, day)]


@pytest.mark.parametrize("day", [date(1999, 2, 28), date(2026, 11, 23), date(2031, 1, 1)])
def test_any_day_has_about_the_traffic_asked_for_and_no_faults(day: date) -> None:
    """`make day` on today's date must have something to show, and nothing intended to fail."""
    legs = legs_of_day(ORGANIZATION, day)
    assert 240 < len(legs) < 360
    assert all(leg.start.date() == day for leg in legs)
    assert faults.faulty_legs(ORGANIZATION, day) == ()
    assert not any(leg.is_malformed or leg.vanishes_at or leg.mended_at for leg in legs)
    assert all(leg.billing_seconds > 0 for leg in legs if leg.is_answered_outbound)


def test_an_organisation_without_traffic_has_empty_days() -> None:
    """D23: an empty day is a good day, and must be possible to try."""
    assert legs_of_day(Organization(legs_per_day=0), faults.UNRATED_DAY) == ()


def test_every_kind_of_leg_happens() -> None:
    """A classification rule without a leg to apply to is not tested by the demo."""
    legs = _demo_legs()
    kinds = {(leg.call_type, leg.direction, leg.outcome == "answered") for leg in legs}
    for kind in (("voip", "outbound"), ("voip", "inbound"), ("voip", "internal"), ("monitor", "internal")):
        assert (*kind, True) in kinds
    assert {leg.outcome for leg in legs} == {"answered", "busy", "no-answer", "failed"}
    assert any(leg.call_type == "whisper" and leg.direction == "outbound" for leg in legs)


def test_a_fallback_ends_on_another_carrier_with_the_same_call_and_number() -> None:
    """The guide's first trap: cost belongs to the carrier that answered, not to the one tried first."""
    by_call: dict[tuple[str, str | None], list[Leg]] = {}
    for leg in _demo_legs():
        if leg.call_type == "voip" and leg.direction == "outbound":
            by_call.setdefault((leg.call_id, (leg.number or "").lstrip("+")), []).append(leg)
    pairs = [legs for legs in by_call.values() if len(legs) == 2]
    assert len(pairs) > 50
    for attempt, answered in pairs:
        assert attempt.outcome == "failed"
        assert answered.outcome == "answered"
        assert attempt.carrier != answered.carrier
        assert attempt.start < answered.start


def test_conference_legs_start_in_the_same_instant() -> None:
    """D15: only then do the leg ids decide which one is primary."""
    starts = Counter((leg.call_id, leg.start) for leg in _demo_legs() if leg.is_answered_outbound)
    assert max(starts.values()) == 2


def test_calls_cross_midnight_and_their_transfers_belong_to_the_next_day() -> None:
    """D1, D15: a leg belongs to the day it starts, and the primary leg may be on the day before."""
    crossing = 0
    for day in DEMO_DAYS[1:]:
        before = {leg.call_id for leg in legs_of_day(ORGANIZATION, day - timedelta(days=1))}
        crossing += any(leg.call_id in before and leg.is_answered_outbound for leg in legs_of_day(ORGANIZATION, day))
        assert any(leg.end >= utc_midnight(day) for leg in legs_of_day(ORGANIZATION, day - timedelta(days=1)))
    assert crossing == len(DEMO_DAYS) - 1


def test_a_running_leg_has_no_end_and_no_durations() -> None:
    """D16: a leg in progress is counted, not rejected; its end arrives with a later extraction."""
    day = date(2026, 10, 27)
    at = datetime(2026, 10, 27, 15, tzinfo=UTC)
    running = [one for one in records_as_known(ORGANIZATION, day, at) if "endTime" not in one]
    assert running
    assert all("duration" not in one and "billingDuration" not in one for one in running)
    ended = {one["legId"] for one in records_as_known(ORGANIZATION, day, DEMO_AS_OF) if "endTime" in one}
    assert {one["legId"] for one in running} <= ended


def test_late_records_appear_within_72_hours_some_after_48() -> None:
    """D21: records after the finalization window are what restatements are for."""
    late = [leg for leg in _demo_legs() if leg.is_late]
    delays = [leg.appears_at - leg.start for leg in late]
    assert max(delays) <= timedelta(hours=72)
    assert any(delay > timedelta(hours=48) for delay in delays)
    leg = late[0]
    just_before = leg.appears_at - timedelta(seconds=1)
    day = leg.start.date()
    assert leg.leg_id not in {one["legId"] for one in records_as_known(ORGANIZATION, day, just_before)}
    assert leg.leg_id in {one["legId"] for one in records_as_known(ORGANIZATION, day, leg.appears_at)}


def test_the_vanishing_leg_goes_and_the_zero_billing_leg_is_mended() -> None:
    """Two sweeps, one before and one after the correction, must see two versions of the two days."""
    before = CORRECTED_AT - timedelta(seconds=1)
    (vanishing,) = faults.faulty_legs(ORGANIZATION, faults.VANISHING_DAY)
    (zero,) = faults.faulty_legs(ORGANIZATION, faults.ZERO_BILLING_DAY)
    for at, is_there, seconds in ((before, True, 0), (CORRECTED_AT, False, zero.billing_seconds)):
        day = records_as_known(ORGANIZATION, faults.VANISHING_DAY, at)
        assert (vanishing.leg_id in {one["legId"] for one in day}) is is_there
        (shown,) = (
            one for one in records_as_known(ORGANIZATION, faults.ZERO_BILLING_DAY, at) if one["legId"] == zero.leg_id
        )
        assert shown["billingDuration"] == seconds


def test_every_intended_fault_exists_exactly_once() -> None:
    """The demo passes only when exactly the intended checks fail, so there must be no fault by accident."""
    legs = _demo_legs()
    assert [leg.start.date() for leg in legs if leg.carrier == faults.UNCONTRACTED_CARRIER] == [
        faults.UNKNOWN_CARRIER_DAY
    ]
    assert [leg.start.date() for leg in legs if leg.is_malformed] == [faults.MALFORMED_DAY]
    assert [leg.start.date() for leg in legs if leg.vanishes_at] == [faults.VANISHING_DAY]
    assert [leg.start.date() for leg in legs if leg.mended_at] == [faults.ZERO_BILLING_DAY]
    unrated = [leg for leg in legs if leg.carrier == "Cobalt Trunking" and (leg.number or "").startswith("+354")]
    assert {leg.start.date() for leg in unrated} == {faults.UNRATED_DAY}
    assert len(unrated) == faults.UNRATED_LEGS


def test_some_records_have_unknown_fields_and_float_durations() -> None:
    """Clients keep what they don't know, and read 220.0 as 220 (D6)."""
    shown = records_as_known(ORGANIZATION, DEMO_DAYS[0], DEMO_AS_OF)
    assert any("queueName" in one for one in shown)
    assert any(isinstance(one.get("billingDuration"), float) for one in shown)
    assert all(float(one["billingDuration"]).is_integer() for one in shown)


def test_north_american_numbers_are_the_fictional_ones() -> None:
    """Nobody's real number may be in the sandbox."""
    numbers = [(leg.number or "").lstrip("+") for leg in _demo_legs() if leg.carrier]
    american = [number for number in numbers if number.startswith("1")]
    assert american
    assert all(re.fullmatch(r"1\d{3}55501\d\d", number) for number in american)


def test_leg_ids_are_unique() -> None:
    """D16: a leg id is unique in the warehouse."""
    legs = _demo_legs()
    assert len({leg.leg_id for leg in legs}) == len(legs)
