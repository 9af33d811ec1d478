"""Tests of `domain/session_segments.py` and `session_outcome.py`: answer, end, length and outcome of a session."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cpm_assets.domain.session_outcome import call_outcome
from cpm_assets.domain.session_segments import (
    UnreadableSegment,
    answered_at,
    ended_at,
    read_segments,
    started_seconds,
)

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def segment(kind: str, start: float, end: float | None, **fields: Any) -> dict[str, Any]:
    times = {"segmentStart": at(start).isoformat(), **({} if end is None else {"segmentEnd": at(end).isoformat()})}
    return {"segmentType": kind, **times, **fields}


def read(*segments: dict[str, Any]) -> Any:
    return read_segments({"segments": list(segments)})


def test_a_leg_begins_when_it_is_answered() -> None:
    """Carriers bill from the answer: ringing and queues before it would be paid twice over a year of calls."""
    assert answered_at(read(segment("dialing", 0, 7), segment("interact", 7, 60))) == at(7)
    assert answered_at(read(segment("ivr", 3, 5), segment("interact", 9, 60))) == at(3)


def test_a_leg_ends_with_its_last_segment_that_is_not_wrap_up() -> None:
    """Notes after the call are the agent's time, not the carrier's; holds are the carrier's."""
    segments = read(segment("wrapup", 90, 200), segment("interact", 0, 60), segment("hold", 60, 90))
    assert ended_at(segments, None) == at(90)


def test_a_leg_with_an_open_segment_is_in_progress_until_its_conversation_ends() -> None:
    """D16: closed early it would be billed short; never closed, a forgotten end would keep it out of the day."""
    segments = read(segment("interact", 0, 60), segment("hold", 60, None))
    assert ended_at(segments, None) is None
    assert ended_at(segments, at(75)) == at(75)
    assert ended_at([], at(75)) is None


@pytest.mark.parametrize(("seconds", "counted"), [(0, 0), (0.001, 1), (0.4, 1), (59.999, 60), (60, 60), (60.001, 61)])
def test_started_seconds_count_whole(seconds: float, counted: int) -> None:
    """An answered call of 0.4 s has a billed second; at 0 it would reject its day (D14)."""
    assert started_seconds(NOON, at(seconds)) == counted


def test_time_that_runs_backwards_is_no_time() -> None:
    """A clock that was set back must not make a leg of negative length, which the parser rejects."""
    assert started_seconds(at(5), NOON) == 0


@pytest.mark.parametrize(
    "bad",
    [{"segmentType": "interact"}, {"segmentStart": "noon"}, {"segmentStart": NOON.isoformat(), "segmentEnd": "late"}]
    + [None, "segment", {"segmentStart": "2026-11-01T12:00:00"}],
)
def test_one_unreadable_segment_makes_the_session_unreadable(bad: object) -> None:
    """Left out, the leg would silently be billed without it."""
    with pytest.raises(UnreadableSegment):
        read_segments({"segments": [segment("interact", 0, 60), bad]})


@pytest.mark.parametrize("kind", ["interact", "ivr", "hold", "voicemail", "Interact"])
def test_an_interact_ivr_hold_or_voicemail_segment_of_some_length_is_an_answer(kind: str) -> None:
    """A mailbox that took the call is an answer to the carrier."""
    assert call_outcome(read(segment("dialing", 0, 5), segment(kind, 5, 6)), is_over=True) == "answered"
    assert call_outcome(read(segment("dialing", 0, 5), segment(kind, 5, 5)), is_over=True) != "answered"


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [([183, 486], "busy"), ([600], "busy"), ([486, 487], "busy"), ([408], "no-answer"), ([480], "no-answer")]
    + [([100, 183, 487], "no-answer"), ([503], "failed"), ([404], "failed"), ([503, 480], "no-answer")],
)
def test_an_unanswered_calls_sip_codes_say_why(codes: list[int], outcome: str) -> None:
    """Carriers that bill attempts argue by them."""
    assert call_outcome(read(segment("dialing", 0, 5, sipResponseCodes=codes)), is_over=True) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"q850ResponseCodes": [17]}, "busy"),
        ({"q850ResponseCodes": [16, 19]}, "no-answer"),
        ({"q850ResponseCodes": [34]}, "failed"),
        ({"disconnectType": "error"}, "failed"),
        ({"disconnectType": "peer"}, "no-answer"),
        ({"sipResponseCodes": [True, "486", None], "disconnectType": "client"}, "no-answer"),
        ({"sipResponseCodes": "486"}, "no-answer"),
        ({}, "no-answer"),
    ],
)
def test_without_sip_codes_the_cause_and_then_the_disconnect_say_why(fields: dict[str, Any], outcome: str) -> None:
    """Edges that front a legacy trunk have the one and not the other."""
    assert call_outcome(read(segment("dialing", 0, 5, **fields)), is_over=True) == outcome


def test_a_call_that_still_rings_is_no_attempt_yet() -> None:
    """Counted as an attempt it would be billed by carriers that do so, and a moment later be a call."""
    assert call_outcome(read(segment("dialing", 0, None)), is_over=False) == "ringing"
    assert call_outcome(read(segment("interact", 0, None)), is_over=False) == "answered"
