"""The kinds of call an organisation makes, as blueprints: which legs, how far apart, how long.

No numbers, carriers or instants here: `traffic.py` turns a blueprint into legs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_LONGEST_TALK_SECONDS = 7200


@dataclass(frozen=True, slots=True)
class Part:
    """One leg of a blueprint.

    `offset_ms` after the call's start; `party` numbers the people called (None: nobody outside); `choice` is 0 for
    the routed carrier, 1 for the one fallen back to, None for no carrier. An unanswered leg talks for 0 seconds.
    """

    offset_ms: int
    talk_seconds: int
    billing_seconds: int
    party: int | None = 0
    choice: int | None = 0
    call_type: str = "voip"
    direction: str = "outbound"
    outcome: str = "answered"
    ring_seconds: int = 0


def talk_seconds(rng: Random) -> int:
    """A length of talk in seconds: half are under a minute and a half, a few go on for an hour."""
    return min(_LONGEST_TALK_SECONDS, max(1, round(rng.lognormvariate(4.5, 1.0))))


def answered(rng: Random, offset_ms: int, party: int = 0, choice: int = 0, talk: int | None = None) -> Part:
    """An answered outbound leg; the billed duration adds up to five seconds of setup, as in the guide (215 → 220)."""
    seconds = talk_seconds(rng) if talk is None else talk
    return Part(offset_ms, seconds, seconds + rng.randrange(6), party, choice)


def _attempt(rng: Random, offset_ms: int, choice: int | None = 0, outcome: str = "failed") -> Part:
    ring = rng.randrange(2, 5) if outcome == "failed" else rng.randrange(6, 45)
    return Part(offset_ms, 0, 0, 0, choice, outcome=outcome, ring_seconds=ring)


def plain(rng: Random) -> tuple[Part, ...]:
    return (answered(rng, 0),)


def unanswered(rng: Random) -> tuple[Part, ...]:
    outcome = rng.choice(("busy", "no-answer", "no-answer", "failed"))
    # A call that never left the organisation has no carrier.
    return (_attempt(rng, 0, choice=None if outcome == "failed" and rng.random() < 0.3 else 0, outcome=outcome),)


def fallback(rng: Random) -> tuple[Part, ...]:
    """The routed carrier answers 408 or 503, the dearer one connects the same call to the same number."""
    return (_attempt(rng, 0), answered(rng, rng.randrange(2200, 9000), choice=1))


def transferred(rng: Random) -> tuple[Part, ...]:
    first = answered(rng, 0)
    return (first, answered(rng, first.talk_seconds * 1000 + rng.randrange(300, 4000), party=1))


def conference(rng: Random) -> tuple[Part, ...]:
    """Two people dialled in the same instant and a third later: the primary leg is decided by the ids (D15)."""
    return (answered(rng, 0), answered(rng, 0, party=1), answered(rng, rng.randrange(20_000, 90_000), party=2))


def monitored(rng: Random) -> tuple[Part, ...]:
    first = answered(rng, 0)
    listened = max(1, first.talk_seconds - 3)
    return (first, Part(1500, listened, 0, None, None, "monitor", "internal"))


def whispered(rng: Random) -> tuple[Part, ...]:
    first = answered(rng, 0)
    return (first, Part(2500, max(1, first.talk_seconds // 2), 0, None, None, "whisper", "outbound"))


def inbound(rng: Random) -> tuple[Part, ...]:
    """A customer calls in; three in ten are passed on to somebody outside, which costs money."""
    seconds = talk_seconds(rng)
    received = Part(0, seconds, seconds, None, 0, "voip", "inbound")
    if rng.random() < 0.3:
        return (received, answered(rng, seconds * 1000 + rng.randrange(300, 3000)))
    return (received,)


def internal(rng: Random) -> tuple[Part, ...]:
    seconds = talk_seconds(rng)
    return (Part(0, seconds, seconds, None, None, "voip", "internal"),)


def long_before_midnight(rng: Random) -> tuple[Part, ...]:
    """Started just before midnight, ends after it; its transfer leg belongs to the next day (D1)."""
    first = answered(rng, 0, talk=rng.randrange(900, 1500))
    return (first, answered(rng, first.talk_seconds * 1000 + 2000, party=1))


Scenario = Callable[[Random], tuple[Part, ...]]
SCENARIOS: tuple[tuple[Scenario, int], ...] = (
    (plain, 46),
    (unanswered, 10),
    (fallback, 6),
    (transferred, 8),
    (conference, 4),
    (monitored, 5),
    (whispered, 4),
    (inbound, 9),
    (internal, 8),
)
# Mean of the table above; a day of N legs has N / this calls.
LEGS_PER_CALL = 1.34
