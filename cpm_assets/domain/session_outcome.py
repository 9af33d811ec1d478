"""How a Genesys session came out: the guide's `callOutcome` from segments, SIP and Q.850 codes and the disconnect.

Only the outcome. When a session counts as answered is in `session_segments.py`.
"""

from collections.abc import Iterable, Sequence

from cpm_assets.domain.session_segments import Segment, answered_at

ANSWERED, BUSY, NO_ANSWER, FAILED, RINGING = "answered", "busy", "no-answer", "failed", "ringing"

_BUSY_SIP = frozenset({486, 600})
_NO_ANSWER_SIP = frozenset({408, 480, 487})
"""Timed out, unavailable, and the caller who hung up while it rang."""
_FIRST_FAILURE_SIP = 400

_BUSY_Q850 = frozenset({17})
_NO_ANSWER_Q850 = frozenset({18, 19, 31})
"""No user responding, no answer from the user, and a normal clearing before anybody answered (unspecified)."""
_NORMAL_Q850 = frozenset({16})

_FAILING_DISCONNECTS = frozenset({"error", "system", "other", "spam", "uncallable"})
"""Anything else (client, endpoint, peer, timeout, transfer) is a call that nobody took."""


def call_outcome(segments: Sequence[Segment], is_over: bool) -> str:
    """`answered`, `busy`, `no-answer`, `failed`, or `ringing` for a session that is not over and not answered yet.

    The last SIP code of failure decides, because a platform tries again below one session; then Q.850's cause, then who
    disconnected. A 487 after a 486 is the platform's own clean-up, so busy wins.
    """
    if answered_at(segments) is not None:
        return ANSWERED
    if not is_over:
        return RINGING
    failures = [code for code in _codes(segments, "sipResponseCodes") if code >= _FIRST_FAILURE_SIP]
    if any(code in _BUSY_SIP for code in failures):
        return BUSY
    if failures:
        return NO_ANSWER if failures[-1] in _NO_ANSWER_SIP else FAILED
    causes = [code for code in _codes(segments, "q850ResponseCodes") if code not in _NORMAL_Q850]
    if causes:
        last = causes[-1]
        return BUSY if last in _BUSY_Q850 else NO_ANSWER if last in _NO_ANSWER_Q850 else FAILED
    disconnect = next((each.raw.get("disconnectType") for each in reversed(segments)), None)
    return FAILED if str(disconnect or "").lower() in _FAILING_DISCONNECTS else NO_ANSWER


def _codes(segments: Iterable[Segment], name: str) -> list[int]:
    """The codes of all segments in order; what is no whole number is no code."""
    found = []
    for segment in segments:
        codes = segment.raw.get(name)
        found += [code for code in codes if type(code) is int] if isinstance(codes, list) else []
    return found
