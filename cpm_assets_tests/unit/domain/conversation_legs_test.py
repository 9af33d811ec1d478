"""Tests of `domain/conversation_legs.py` and `conversation_page.py`: which sessions are legs, and what they say."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpm_assets.domain.conversation_legs import conversation_legs
from cpm_assets.domain.conversation_page import read_conversation_page
from cpm_assets.domain.extraction_errors import MalformedPage
from cpm_assets.domain.leg_parsing import LegReject, ParsedLeg, parse_leg

OURS, CUSTOMER, PARTNER, HOME = "tel:+12125550100", "tel:+14155550198", "tel:+442079460001", "tel:+13105550142"
HEADSET = "sip:4001@webrtc.example"


def session(session_id: str, **fields: Any) -> dict[str, Any]:
    """An answered minute over an Edge, outbound from our number to the customer's, unless said otherwise."""
    return {
        "sessionId": session_id,
        "mediaType": "voice",
        "provider": "Edge",
        "direction": "outbound",
        "ani": OURS,
        "dnis": CUSTOMER,
        "sessionDnis": CUSTOMER,
        "segments": [
            {"segmentType": "dialing", "segmentStart": "2026-11-01T11:59:55Z", "segmentEnd": "2026-11-01T12:00:00Z"},
            {"segmentType": "interact", "segmentStart": "2026-11-01T12:00:00Z", "segmentEnd": "2026-11-01T12:01:00Z"},
        ],
    } | fields


def party(purpose: str, *sessions: dict[str, Any]) -> dict[str, Any]:
    return {"participantId": f"p-{purpose}", "purpose": purpose, "sessions": list(sessions)}


def parsed(*participants: dict[str, Any], **fields: Any) -> list[ParsedLeg | LegReject]:
    conversation = {
        "conversationId": "c",
        "conversationEnd": "2026-11-01T12:05:00Z",
        "participants": list(participants),
    }
    return [parse_leg(leg) for leg in conversation_legs(conversation | fields)]


def legs(*participants: dict[str, Any], **fields: Any) -> list[ParsedLeg]:
    found = parsed(*participants, **fields)
    assert all(isinstance(leg, ParsedLeg) for leg in found), found
    return found  # type: ignore[return-value]


def shapes(*participants: dict[str, Any]) -> list[tuple[str, object, object, object]]:
    return [(leg.leg_id, leg.call_type, leg.direction, leg.destination_digits) for leg in legs(*participants)]


AGENT = party("agent", session("agent", ani=HEADSET))


def test_an_outbound_call_is_its_customers_session() -> None:
    """The agent's session is the same line from the inside: both would bill the call twice."""
    (leg,) = legs(AGENT, party("customer", session("customer", protocolCallId="sip-1")))
    assert (leg.call_id, leg.leg_id, leg.sip_call_id) == ("c", "customer", "sip-1")
    assert (leg.call_type, leg.direction, leg.call_outcome) == ("voip", "outbound", "answered")
    assert (leg.destination_number, leg.destination_digits) == ("+14155550198", "14155550198")
    assert (leg.start_time_utc.isoformat(), leg.media_seconds) == ("2026-11-01T12:00:00+00:00", 60)


def test_billed_time_is_the_media_time_and_said_to_be_computed() -> None:
    """The source has none: passed off as received, finance would argue with a carrier from our own estimate."""
    (leg,) = legs(party("customer", session("customer")))
    assert (leg.billing_seconds, leg.is_billing_duration_computed) == (60, True)


def test_an_unanswered_call_has_no_media_and_no_billed_time() -> None:
    """Its ringing is an attempt (D15), whose seconds are never billed."""
    ringing = [
        {"segmentType": "dialing", "segmentStart": "2026-11-01T12:00:00Z", "segmentEnd": "2026-11-01T12:00:20Z"}
        | {"sipResponseCodes": [486]}
    ]
    (leg,) = legs(party("customer", session("customer", segments=ringing)))
    assert (leg.call_outcome, leg.media_seconds, leg.billing_seconds) == ("busy", 0, 0)
    assert leg.end_time_utc is not None


def test_the_number_called_is_the_sessions_own() -> None:
    """After a transfer `dnis` still is the first number: the second party's minutes would have its price."""
    third = party("external", session("transfer", sessionDnis=PARTNER))
    assert shapes(AGENT, party("customer", session("customer")), third) == [
        ("customer", "voip", "outbound", "14155550198"),
        ("transfer", "voip", "outbound", "442079460001"),
    ]
    (leg,) = legs(party("customer", session("customer", sessionDnis=None)))
    assert leg.destination_digits == "14155550198"


def test_every_outside_party_of_a_conference_is_a_leg() -> None:
    """Each of them is a line that is paid for; SQL says which is the first (D15)."""
    parties = [party("external", session(f"{number}", sessionDnis=f"tel:+1415555010{number}")) for number in range(3)]
    assert [leg.leg_id for leg in legs(AGENT, *parties)] == ["0", "1", "2"]


def test_a_customer_handed_from_agent_to_agent_is_one_leg() -> None:
    """The carrier's line was never down: cut in pieces, each would be rounded up on its own."""
    second = party("agent", session("agent-2", ani=HEADSET))
    assert len(legs(AGENT, second, party("customer", session("customer")))) == 1


def test_an_inbound_call_is_its_customers_session() -> None:
    """The queue and the menu it went through are the platform."""
    inside = {"direction": "inbound", "ani": CUSTOMER, "dnis": OURS, "sessionDnis": OURS}
    others = [party(purpose, session(purpose, **inside)) for purpose in ("ivr", "acd", "agent", "voicemail")]
    found = shapes(party("customer", session("customer", **inside)), *others)
    assert found == [("customer", "voip", "inbound", "12125550100")]


def test_an_anonymous_caller_is_inbound_and_not_internal() -> None:
    """One side on the public network is enough."""
    hidden = {"direction": "inbound", "ani": "sip:anonymous@anonymous.invalid", "dnis": OURS, "sessionDnis": None}
    assert shapes(party("customer", session("customer", **hidden))) == [("customer", "voip", "inbound", "12125550100")]


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_a_remote_agents_phone_is_an_outbound_leg(direction: str) -> None:
    """The platform dials it over a carrier, whoever called whom: left out, its cost is on the invoice alone."""
    remote = party("agent", session("remote", direction=direction, sessionDnis=HOME))
    assert shapes(remote, party("customer", session("customer")))[0] == ("remote", "voip", "outbound", "13105550142")


def test_an_agent_at_a_headset_is_no_remote_phone() -> None:
    """Its session carries a copy of the customer's number: taken for a phone, every call is billed twice."""
    inbound = {"direction": "inbound", "ani": CUSTOMER, "dnis": OURS, "sessionDnis": OURS}
    assert len(legs(AGENT, party("customer", session("customer")))) == 1
    assert (
        len(legs(party("agent", session("agent", **inbound)), party("customer", session("customer", **inbound)))) == 1
    )


def test_a_call_between_two_users_is_one_internal_leg() -> None:
    """It has no carrier, and its minutes share the licenses' cost once, not twice."""
    inside = {"ani": HEADSET, "dnis": "sip:4077@webrtc.example", "sessionDnis": "sip:4077@webrtc.example"}
    caller, called = session("caller", **inside), session("called", **inside | {"direction": "inbound"})
    assert shapes(party("agent", caller), party("user", called)) == [("caller", "voip", "internal", "4077")]
    assert [leg.leg_id for leg in legs(party("user", called))] == ["called"]


def test_an_outside_party_on_sip_alone_is_internal() -> None:
    """Neither side is on the public network, so no carrier sends a bill."""
    inside = {"ani": HEADSET, "dnis": "sip:bob@partner.example", "sessionDnis": None}
    assert shapes(party("external", session("bob", **inside))) == [("bob", "voip", "internal", None)]


@pytest.mark.parametrize(
    ("fields", "segment_type", "call_type"),
    [
        ({"monitoredParticipantId": "p"}, "interact", "monitor"),
        ({}, "monitoring", "monitor"),
        ({"coachedParticipantId": "p"}, "interact", "whisper"),
        ({}, "coaching", "whisper"),
        ({"bargedParticipantId": "p"}, "interact", "whisper"),
        ({"monitoredParticipantId": "p"}, "barging", "whisper"),
    ],
)
def test_supervisors_are_legs_of_their_own_kind(fields: dict[str, Any], segment_type: str, call_type: str) -> None:
    """Their minutes are handling cost, never a carrier's; who listens first and speaks then has whispered."""
    times = {"segmentStart": "2026-11-01T12:00:00Z", "segmentEnd": "2026-11-01T12:01:00Z"}
    supervisor = party("user", session("s", segments=[{"segmentType": segment_type, **times}], **fields))
    found = legs(AGENT, party("customer", session("customer")), supervisor)
    assert [(leg.leg_id, leg.call_type, leg.media_seconds) for leg in found[1:]] == [("s", call_type, 60)]


def test_a_line_of_another_provider_is_seen_and_not_billed() -> None:
    """D15 makes it `other`, and the check of unclassified legs names it: no trunk of ours carried it."""
    (leg,) = legs(party("customer", session("customer", provider="Meridian")))
    assert leg.call_type == "Meridian"
    (leg,) = legs(party("customer", session("customer", provider=None)))
    assert leg.call_type == "voip"


def test_only_voice_is_a_line() -> None:
    """A conversation that was chatted in, too, has sessions without a phone."""
    assert legs(party("customer", session("chat", mediaType="message"), session("voice"))) == legs(
        party("customer", session("voice"))
    )


def test_a_call_that_goes_on_has_no_end() -> None:
    """D16: it is counted as in progress, and billed when it is over."""
    segments = [{"segmentType": "interact", "segmentStart": "2026-11-01T12:00:00Z"}]
    (leg,) = legs(party("customer", session("customer", segments=segments)), conversationEnd=None)
    assert (leg.end_time_utc, leg.media_seconds, leg.billing_seconds) == (None, None, None)
    assert leg.call_outcome == "answered"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"segments": [{"segmentType": "interact"}]}, "startTime is missing"),
        ({"segments": []}, "startTime is missing"),
        ({"sessionId": None}, "legId is missing"),
        ({"sessionDnis": "sip:bob@partner.example", "dnis": None}, "destinationNumber is no number"),
    ],
)
def test_an_unreadable_session_is_rejected_and_hides_no_other(fields: dict[str, Any], reason: str) -> None:
    """It is counted with its reason, and the rest of the call is billed."""
    bad, good = parsed(party("customer", session("bad", **fields)), party("external", session("good")))
    assert isinstance(bad, LegReject)
    assert bad.reason.startswith(reason)
    assert isinstance(good, ParsedLeg)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
_SPOILED = st.dictionaries(st.sampled_from(sorted(session("s"))), _JSON, max_size=3)


@settings(max_examples=120, deadline=None)
@given(st.one_of(_JSON, _SPOILED.map(lambda changes: {"participants": [party("customer", session("s") | changes)]})))
def test_no_json_value_raises(conversation: object) -> None:
    """One conversation that raises would stop the day for all the others."""
    for leg in conversation_legs(conversation):
        parse_leg(leg)


def test_a_page_has_the_legs_of_its_conversations_and_what_comes_next() -> None:
    """The cursor is the only way to the rest of the day."""
    conversation = {"conversationId": "c", "participants": [party("customer", session("a"), session("b"))]}
    body = {"conversations": [conversation], "cursor": "x", "dataAvailabilityDate": "2026-11-02T00:00:00Z"}
    page = read_conversation_page(3, json.dumps(body).encode())
    assert (page.number, len(page.entities), page.total, page.next_page_token) == (3, 2, None, "x")
    assert page.available_until is not None
    empty = read_conversation_page(1, b'{"totalHits": 0}')
    assert (empty.conversations, empty.total_hits) == ([], 0)


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b'{"conversations": {}}', b'{"totalHits": 7}', b'{"conversations": [], "cursor": 5}', b"<html>"]
    + [b'{"conversations": [], "totalHits": -1}'],
)
def test_an_answer_that_is_no_page_is_no_empty_day(body: bytes) -> None:
    """D23: a proxy's page, or half an answer, must be asked for again."""
    with pytest.raises(MalformedPage):
        read_conversation_page(1, body)
