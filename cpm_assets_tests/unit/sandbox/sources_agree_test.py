"""The same synthetic traffic through the guide's API and through conversation details gives the same parsed legs.

Where the sources do not carry the same facts they differ, and each such difference is listed here and explained in
`docs/connect_your_organization.md`.
"""

from datetime import date, datetime, timedelta

import pytest

from cpm_assets.domain.conversation_legs import conversation_legs
from cpm_assets.domain.leg_parsing import LegReject, ParsedLeg, parse_leg
from cpm_assets.sandbox.conversations import calls_as_known, conversation
from cpm_assets.sandbox.faults import MALFORMED_DAY
from cpm_assets.sandbox.organization import DEMO_AS_OF, Organization, utc_midnight
from cpm_assets.sandbox.traffic import records_as_known

ORGANIZATION = Organization(legs_per_day=600)
NOT_IN_CONVERSATIONS = {"carrier_name": None, "destination_location": None}
SAME = (
    "leg_id", "call_id", "sip_call_id", "start_time_utc", "end_time_utc", "media_seconds", "destination_number",
    "destination_digits", "call_type", "call_outcome",
)  # fmt: skip


def by_guide(day: date, at: datetime) -> dict[str, ParsedLeg | LegReject]:
    legs = (parse_leg(record) for record in records_as_known(ORGANIZATION, day, at))
    return {str(leg.leg_id): leg for leg in legs}


def by_conversations(day: date, at: datetime) -> dict[str, ParsedLeg | LegReject]:
    """The legs of the conversations active on the day that start on it, as D16 has it."""
    midnight = utc_midnight(day)
    calls = calls_as_known(ORGANIZATION, midnight, midnight + timedelta(days=1), at)
    legs = [parse_leg(leg) for call in calls for leg in conversation_legs(conversation(call, at))]
    return {
        str(leg.leg_id): leg
        for leg in legs
        if isinstance(leg, LegReject) or midnight <= leg.start_time_utc < midnight + timedelta(days=1)
    }


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date(2026, 10, 25), DEMO_AS_OF),
        (date(2026, 11, 1), DEMO_AS_OF),
        (date(2026, 10, 30), datetime.fromisoformat("2026-10-30T15:20:31Z")),
    ],
    ids=["clock change", "later", "open day"],
)
def test_both_sources_give_the_same_legs(day: date, at: datetime) -> None:
    """A figure must not depend on the interface: who changes the source would else restate history."""
    guide, details = by_guide(day, at), by_conversations(day, at)
    assert set(details) == set(guide)
    assert len(guide) > 200
    for leg_id, expected in guide.items():
        leg = details[leg_id]
        assert isinstance(leg, ParsedLeg), leg
        assert isinstance(expected, ParsedLeg)
        differing = {name for name in SAME if getattr(leg, name) != getattr(expected, name)}
        assert not differing, (leg, expected)
        assert {name: getattr(leg, name) for name in NOT_IN_CONVERSATIONS} == NOT_IN_CONVERSATIONS
        # A supervisor's direction is no fact of either source: `callType` decides (D15).
        is_supervisor = leg.call_type in ("monitor", "whisper")
        assert is_supervisor or leg.direction == expected.direction
        assert leg.billing_seconds == leg.media_seconds
        assert (leg.is_billing_duration_computed, expected.is_billing_duration_computed) == (True, False)


def test_billed_time_differs_by_the_set_up_that_only_the_guides_api_knows() -> None:
    """Never more than the five seconds between the carrier's clock and ours; a whole minute would be a bug."""
    day = date(2026, 11, 1)
    guide, details = by_guide(day, DEMO_AS_OF), by_conversations(day, DEMO_AS_OF)
    gaps = {
        (expected.billing_seconds or 0) - (leg.billing_seconds or 0)
        for leg_id, expected in guide.items()
        for leg in [details[leg_id]]
        if isinstance(expected, ParsedLeg) and isinstance(leg, ParsedLeg) and expected.direction == "outbound"
        if expected.call_type == "voip"
    }
    assert gaps == set(range(6))


def test_a_record_that_only_the_guides_api_spoils_is_read() -> None:
    """Its broken field, `billingDuration`, is not in conversation details."""
    guide, details = by_guide(MALFORMED_DAY, DEMO_AS_OF), by_conversations(MALFORMED_DAY, DEMO_AS_OF)
    (rejected,) = [leg_id for leg_id, leg in guide.items() if isinstance(leg, LegReject)]
    assert isinstance(details[rejected], ParsedLeg)
    assert not [leg for leg in details.values() if isinstance(leg, LegReject)]
