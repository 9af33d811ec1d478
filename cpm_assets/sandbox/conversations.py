"""The sandbox's legs as Genesys' conversation details: the same traffic as the guide's API shows, in the other shape.

A call is a conversation; each of its legs is a session with segments, and beside them are the sessions that are no leg
(the agent's side, the queue). Which conversations an answer has is in `conversation_answers.py`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from cpm_assets.sandbox.legs import Leg, instant_text
from cpm_assets.sandbox.organization import Organization
from cpm_assets.sandbox.traffic import legs_as_known
from cpm_assets.sandbox.trunks import edge_of

LONGEST_CALL = timedelta(hours=6)
_RINGING = timedelta(seconds=2)
_CONNECTED_AFTER = timedelta(seconds=8)
_OWN_NUMBER = "tel:+12125550100"
_SIP_CODES = {"busy": 486, "no-answer": 480, "failed": 503}
_SUPERVISORS = {"monitor": ("monitoring", "monitoredParticipantId"), "whisper": ("coaching", "coachedParticipantId")}

Record = dict[str, Any]


Call = Sequence[Leg]


def calls_as_known(organization: Organization, start: datetime, end: datetime, at: datetime) -> list[Call]:
    """The calls active in the half-open window (UTC) as known at an instant, by start, each with all its legs."""
    legs = legs_as_known(organization, start - LONGEST_CALL, end + LONGEST_CALL, at)
    of_calls = groupby(sorted(legs, key=lambda leg: (leg.call_id, leg.start, leg.leg_id)), key=lambda leg: leg.call_id)
    calls = [list(group) for _, group in of_calls]
    active = [call for call in calls if any(leg.start < end and (leg.end > start or leg.end > at) for leg in call)]
    return sorted(active, key=lambda call: (call[0].start, call[0].call_id))


def conversation(call: Call, at: datetime) -> Record:
    """One call's record at that instant; its legs are in the order of their start."""
    participants = [*_leg_participants(call, at), *_other_participants(call, at)]
    starts = [segment["segmentStart"] for each in participants for segment in each["sessions"][0]["segments"]]
    record: Record = {
        "conversationId": call[0].call_id,
        "conversationStart": min(starts),
        "originatingDirection": "inbound" if call[0].direction == "inbound" else "outbound",
        "participants": participants,
    }
    if all(leg.end <= at for leg in call):
        record["conversationEnd"] = instant_text(max(leg.end for leg in call))
    return record


def _leg_participants(call: Call, at: datetime) -> Iterator[Record]:
    for number, leg in enumerate(call):
        session = {
            "sessionId": leg.leg_id,
            "mediaType": "voice",
            "provider": "Edge",
            "edgeId": edge_of(leg.carrier),
            "segments": _segments(leg, at),
        }
        if leg.sip_call_id is not None:
            session["protocolCallId"] = leg.sip_call_id
        if leg.call_type in _SUPERVISORS:
            session |= {"direction": "inbound", _SUPERVISORS[leg.call_type][1]: "p-agent"}
            yield _participant(f"p-{number}", "user", session)
        elif leg.direction == "internal":
            address = f"sip:{leg.number}@sandbox.example"
            session |= {"direction": "outbound", "ani": "sip:4001@sandbox.example", "dnis": address}
            yield _participant(f"p-{number}", "agent", session)
            other = session | {"sessionId": f"{leg.leg_id}-called", "direction": "inbound", "sessionDnis": address}
            yield _participant(f"p-{number}-called", "user", other)
        else:
            ours, theirs = _OWN_NUMBER, f"tel:{leg.number}"
            is_inbound = leg.direction == "inbound"
            # The first number called stays in `dnis` of every later session.
            dialled = theirs if is_inbound else f"tel:{call[0].number or leg.number}"
            session |= {"direction": leg.direction, "ani": "tel:+14155550123" if is_inbound else ours}
            session |= {"dnis": dialled, "sessionDnis": theirs}
            yield _participant(f"p-{number}", "customer" if number == 0 else "external", session)


def _other_participants(call: Call, at: datetime) -> Iterator[Record]:
    """The agent's own side of a call with somebody outside, and the queue that an inbound one came through."""
    first = call[0]
    if first.direction == "internal" or first.call_type in _SUPERVISORS:
        return
    number = f"tel:{first.number}"
    session: Record = {
        "sessionId": f"{first.leg_id}-agent",
        "mediaType": "voice",
        "provider": "Edge",
        "direction": first.direction,
        "ani": "sip:4001@sandbox.example",
        "dnis": number,
        "sessionDnis": number,
        "peerId": first.leg_id,
        "segments": _segments(first, at),
    }
    if first.end <= at:
        end = first.end + timedelta(seconds=30)
        wrapup = {"segmentType": "wrapup", "segmentStart": instant_text(first.end), "segmentEnd": instant_text(end)}
        session["segments"] = [*session["segments"], wrapup]
    yield _participant("p-agent", "agent", session)
    if first.direction == "inbound":
        yield _participant("p-acd", "acd", session | {"sessionId": f"{first.leg_id}-acd"})


def _participant(participant_id: str, purpose: str, session: Record) -> Record:
    return {"participantId": participant_id, "purpose": purpose, "sessions": [session]}


def _segments(leg: Leg, at: datetime) -> list[Record]:
    """What happened in the session until the instant. A segment that goes on has no end."""
    is_over = leg.end <= at
    if leg.outcome != "answered" or (not is_over and at - leg.start <= _CONNECTED_AFTER):
        segment: Record = {"segmentType": "dialing", "segmentStart": instant_text(leg.start)}
        if is_over:
            segment |= {"segmentEnd": instant_text(leg.end), "disconnectType": "peer"}
            segment["sipResponseCodes"] = [183, _SIP_CODES[leg.outcome]]
        return [segment]
    if leg.call_type in _SUPERVISORS:
        return [_answered(_SUPERVISORS[leg.call_type][0], leg.start, leg.end if is_over else None)]
    ringing = {
        "segmentType": "alert" if leg.direction == "inbound" else "dialing",
        "segmentStart": instant_text(leg.start - _RINGING),
        "segmentEnd": instant_text(leg.start),
    }
    if not is_over or leg.leg_id[-1] > "3":
        return [ringing, _answered("interact", leg.start, leg.end if is_over else None)]
    # A quarter of the calls are on hold for their second third: that is talk, too.
    third = (leg.end - leg.start) / 3
    held, resumed = leg.start + third, leg.start + 2 * third
    return [
        ringing,
        _answered("interact", leg.start, held),
        _answered("hold", held, resumed),
        _answered("interact", resumed, leg.end),
    ]


def _answered(kind: str, start: datetime, end: datetime | None) -> Record:
    segment: Record = {"segmentType": kind, "segmentStart": instant_text(start), "conference": False}
    if end is not None:
        segment |= {"segmentEnd": instant_text(end), "disconnectType": "client"}
    return segment
