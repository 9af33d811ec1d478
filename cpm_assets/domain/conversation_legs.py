"""The legs of one Genesys conversation: which of its sessions are legs, and each as the guide's leg record.

The record has the guide's field names, so that one parser (`leg_parsing.py`) checks both sources. Times are in
`session_segments.py`, outcomes in `session_outcome.py`, addresses in `dialled_uris.py`; what a leg means is SQL (D15).

A conversation has a session for every party, and only some of them are a line that somebody pays for:
- A session of a customer or external party is a leg. After a transfer, or in a conference, each outside party has its
  own; a customer who is handed from agent to agent keeps one.
- An agent's or user's session is the inside of such a line and no leg, but for three cases: a supervisor listening or
  speaking (`monitor`, `whisper`); a remote agent on a phone of the public network, whom the platform dials for money;
  and a call with nobody outside, whose calling sessions are its internal legs.
- Queues, menus, mailboxes and stations are the platform itself.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cpm_assets.domain.dialled_uris import dialled_number, is_public
from cpm_assets.domain.session_outcome import ANSWERED, call_outcome
from cpm_assets.domain.session_segments import (
    SUPERVISING_SEGMENTS,
    Segment,
    UnreadableSegment,
    answered_at,
    ended_at,
    instant,
    read_segments,
    started_seconds,
)

OUTSIDE, INSIDE = ("customer", "external"), ("agent", "user")
EDGE_PROVIDER = "edge"

_Object = Mapping[str, Any]
_ADDRESSES = ("ani", "dnis", "sessionDnis")


def conversation_legs(conversation: object) -> Iterator[object]:
    """The legs of a conversation as received, in the order of its sessions. Never raises.

    What cannot be read as a leg comes out as it is, for the parser to reject with a reason; it hides no other leg.
    """
    if not isinstance(conversation, dict) or not isinstance(conversation.get("participants"), list):
        yield conversation
        return
    sessions = list(_voice_sessions(conversation))
    outside_addresses = {
        number
        for participant, session in sessions
        if participant.get("purpose") in OUTSIDE
        for number in _public_numbers(session)
    }
    has_outside = any(participant.get("purpose") in OUTSIDE for participant, _ in sessions)
    calling = [session for participant, session in sessions if _is_calling(participant, session)]
    for participant, session in sessions:
        call_type = _supervising(session) or _call_type(session)
        if participant.get("purpose") in OUTSIDE:
            direction, number = _outside_line(session)
        elif participant.get("purpose") not in INSIDE:
            continue
        elif call_type in SUPERVISING_SEGMENTS.values():
            direction, number = "internal", None
        elif _is_remote_phone(session, outside_addresses):
            direction, number = "outbound", dialled_number(session.get("sessionDnis"))
        elif not has_outside and (session in calling or not calling):
            direction, number = "internal", _called(session)
        else:
            continue
        yield _leg(conversation, session, call_type, direction, number)


def _voice_sessions(conversation: _Object) -> Iterator[tuple[_Object, _Object]]:
    for participant in conversation["participants"]:
        sessions = participant.get("sessions") if isinstance(participant, dict) else None
        for session in sessions if isinstance(sessions, list) else ():
            if isinstance(session, dict) and session.get("mediaType") == "voice":
                yield participant, session


def _outside_line(session: _Object) -> tuple[object, str | None]:
    """Direction and called number of an outside party's session; `internal` if neither side is on the public network.

    That is a user reached over SIP without a carrier: nobody bills it.
    """
    if not any(is_public(session.get(name)) for name in _ADDRESSES):
        return "internal", _called(session)
    return session.get("direction"), _called(session)


def _called(session: _Object) -> str | None:
    """The number called, outbound and inbound alike: of the session, else of the conversation.

    They differ after a transfer: `dnis` then is the number that was called first.
    """
    return dialled_number(session.get("sessionDnis")) or dialled_number(session.get("dnis"))


def _is_calling(participant: _Object, session: _Object) -> bool:
    return participant.get("purpose") in INSIDE and session.get("direction") == "outbound" and not _supervising(session)


def _is_remote_phone(session: _Object, outside_numbers: set[str]) -> bool:
    """Whether the platform dialled an agent's own phone over a carrier, whatever the call's direction.

    The session's number must be none of the outside party's: an agent at a headset has the customer's number there,
    and that call is the customer's leg already.
    """
    address = session.get("sessionDnis")
    return is_public(address) and dialled_number(address) not in outside_numbers


def _public_numbers(session: _Object) -> Iterator[str]:
    for name in _ADDRESSES:
        number = dialled_number(session.get(name)) if is_public(session.get(name)) else None
        if number:
            yield number


def _supervising(session: _Object) -> str | None:
    """`whisper` for a supervisor who speaks (coaching, barging), `monitor` for one who listens; None for anybody else.

    Who listens first and speaks then has whispered.
    """
    segments = session.get("segments")
    kinds = {
        SUPERVISING_SEGMENTS.get(str(segment.get("segmentType") or "").lower())
        for segment in (segments if isinstance(segments, list) else ())
        if isinstance(segment, dict)
    }
    if "whisper" in kinds or session.get("coachedParticipantId") or session.get("bargedParticipantId"):
        return "whisper"
    return "monitor" if "monitor" in kinds or session.get("monitoredParticipantId") else None


def _call_type(session: _Object) -> str:
    """`voip` over an Edge, which is where carriers' trunks end; else the provider's own name, for D15's `other`.

    A provider that is not said is taken for an Edge: better a leg too many in the day's checks than one unseen.
    """
    provider = session.get("provider")
    return provider if isinstance(provider, str) and provider and provider.lower() != EDGE_PROVIDER else "voip"


def _leg(
    conversation: _Object, session: _Object, call_type: str, direction: object, number: str | None
) -> dict[str, Any]:
    leg: dict[str, Any] = {
        "callId": conversation.get("conversationId"),
        "legId": session.get("sessionId"),
        "sipCallId": session.get("protocolCallId"),
        "destinationNumber": number,
        "callType": call_type,
        "direction": direction,
        "isBillingDurationComputed": True,
    }
    try:
        segments = read_segments(session)
    except UnreadableSegment:
        return leg  # without a start: the parser rejects it
    return leg | _times(segments, conversation)


def _times(segments: list[Segment], conversation: _Object) -> dict[str, Any]:
    """Start, end, outcome and durations. Without a segment on the line it has no start, and the parser rejects it.

    `billingDuration` is computed, not received: from the answer on, as carriers count. The contract's increments are
    applied to it as to a received one (D6, D7).
    """
    if not segments:
        return {}
    conversation_end = instant(conversation.get("conversationEnd"))
    start, end = answered_at(segments) or segments[0].start, ended_at(segments, conversation_end)
    outcome = call_outcome(segments, end is not None)
    times: dict[str, Any] = {"startTime": start.isoformat(), "callOutcome": outcome}
    if end is not None:
        seconds = started_seconds(start, end) if outcome == ANSWERED else 0
        times |= {"endTime": max(start, end).isoformat(), "duration": seconds, "billingDuration": seconds}
    return times
