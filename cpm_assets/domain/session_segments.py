"""The segments of one Genesys session: when it was answered, when it ended, and for how long it was talked.

Only the times and kinds of segments. What an unanswered session came to is in `session_outcome.py`, which sessions are
legs in `conversation_legs.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

SUPERVISING_SEGMENTS = {"monitoring": "monitor", "coaching": "whisper", "barging": "whisper"}
"""Segments in which a supervisor is on the call, and the guide's `callType` of that: one who speaks whispers."""

ANSWERED_SEGMENTS = frozenset({"interact", "ivr", "hold", "voicemail", *SUPERVISING_SEGMENTS})
"""In these somebody or something at the far end has answered: the carrier's clock runs. `alert`, `dialing`,
`contacting` and `delay` come before that."""

_AFTER_THE_CALL = frozenset({"wrapup"})
"""The agent writes notes; the line is free."""

_MICROSECONDS = 1_000_000


class Segment(NamedTuple):
    """One readable segment. `end` is None while it goes on."""

    kind: str
    start: datetime
    end: datetime | None
    raw: Mapping[str, object]


class UnreadableSegment(ValueError):
    """A segment without a readable start, or with an end that is none; holds nothing else."""


def read_segments(session: Mapping[str, object]) -> list[Segment]:
    """A session's segments on the line, by start; those after the call are left out.

    Raises `UnreadableSegment`: with one time missing, neither start nor length of the leg is known.
    """
    raw_segments = session.get("segments")
    if raw_segments is None:
        return []
    if not isinstance(raw_segments, list):
        raise UnreadableSegment
    segments = []
    for raw in raw_segments:
        if not isinstance(raw, dict):
            raise UnreadableSegment
        start, end_text = instant(raw.get("segmentStart")), raw.get("segmentEnd")
        end = instant(end_text)
        if start is None or (end_text is not None and end is None):
            raise UnreadableSegment
        kind = str(raw.get("segmentType") or "").lower()
        if kind not in _AFTER_THE_CALL:
            segments.append(Segment(kind, start, end, raw))
    return sorted(segments, key=lambda segment: segment.start)


def answered_at(segments: Sequence[Segment]) -> datetime | None:
    """When a session was answered; None when it was not.

    A segment of no length is none: the platform writes them when a call is given up in the moment of its answer.
    """
    answered = (each for each in segments if each.kind in ANSWERED_SEGMENTS)
    return next((each.start for each in answered if each.end is None or each.end > each.start), None)


def ended_at(segments: Sequence[Segment], conversation_end: datetime | None) -> datetime | None:
    """When the session left the line; None while it is on it.

    The last segment that is not wrap-up decides. One left open is closed by the end of the conversation: the platform
    forgets ends of segments, and the leg would be in progress for ever (D16).
    """
    ends = [segment.end or conversation_end for segment in segments]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def started_seconds(start: datetime, end: datetime) -> int:
    """Whole seconds from start to end, a started one counted whole, never negative.

    Segments are in milliseconds and durations in seconds (D6). Carriers bill started seconds; rounded down, an answered
    call of 0.4 s would have no billed time, and reject its day (D14).
    """
    gone = end - start
    microseconds = (gone.days * 86_400 + gone.seconds) * _MICROSECONDS + gone.microseconds
    return max(0, -(-microseconds // _MICROSECONDS))


def instant(value: object) -> datetime | None:
    """An instant as Genesys writes them (with Z or an offset), in UTC; None for anything else."""
    if not isinstance(value, str) or value[10:11] != "T":
        return None
    try:
        read = datetime.fromisoformat(value)
        return None if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
