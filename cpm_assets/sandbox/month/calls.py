"""Who called whom in the month: the legs as they really were, some of them placed where matching and periods are hard.

Only the legs. What the carriers make of them is in `billing.py`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from cpm_assets.sandbox.month.carriers import MonthCarrier
from cpm_assets.sandbox.month.deck import PREFIXES

FIRST_INSTANT = datetime(2026, 9, 30, tzinfo=UTC)
END_INSTANT = datetime(2026, 11, 2, tzinfo=UTC)
_SECONDS = int((END_INSTANT - FIRST_INSTANT).total_seconds())
_STEMS = [prefix for prefix, *_ in PREFIXES]
_SHARES = [share for *_, share in PREFIXES]
_LENGTHS = {"1": 11, "44": 12, "49": 12, "33": 11}

# Two calls to one number: what tells them apart, as (seconds between their starts, seconds that the later is longer).
# "Little" is less than the clocks' skew, so some of these are swapped by whoever has only the invoice to go by.
_SAME_MINUTE = {
    "starts": (range(20, 50), range(1)),
    "lengths": (range(1, 5), range(70, 200)),
    "little": (range(1, 5), range(1, 4)),
    "nothing": (range(1), range(1)),
}
_SAME_MINUTE_KINDS = ("starts", "starts", "lengths", "lengths", "nothing", "little")

SAME_MINUTE_SHARE = 0.01
MIDNIGHT_SHARE = 0.005
MONTH_END_SHARE = 0.005
CLOCK_CHANGE_SHARE = 0.004


@dataclass(frozen=True, slots=True)
class MonthLeg:
    """An answered outbound leg. `digits` is the number called, international; `seconds` are media and billing ones.

    Legs that nothing tells apart (same carrier, number, second and duration) share `twin_set`, which is else the id.
    """

    leg_id: str
    carrier: str
    digits: str
    start: datetime
    seconds: int
    twin_set: str


def month_legs(carrier: MonthCarrier, count: int, rng: Random) -> list[MonthLeg]:
    """`count` legs of a carrier, 2026-09-30 to 2026-11-01 UTC, in the order of their starts."""
    numbers = [_number(rng) for _ in range(max(10, count // 5))]
    made: list[tuple[datetime, str, int]] = []
    twins: list[tuple[datetime, str, int]] = []
    while len(made) + len(twins) < count:
        start, digits, seconds = _start(carrier, rng), rng.choice(numbers), _duration(rng)
        made.append((start, digits, seconds))
        if rng.random() < SAME_MINUTE_SHARE:
            seconds_after, longer = _SAME_MINUTE[rng.choice(_SAME_MINUTE_KINDS)]
            second = (start + timedelta(seconds=rng.choice(seconds_after)), digits, seconds + rng.choice(longer))
            (twins if second == (start, digits, seconds) else made).append(second)
    legs = sorted([(*each, False) for each in made] + [(*each, True) for each in twins])[:count]
    code = carrier.name.split()[0].lower()
    found: list[MonthLeg] = []
    for position, (start, digits, seconds, is_twin) in enumerate(legs):
        leg_id = f"{code}-{position:07d}"
        # A twin sorts right behind its first: they are equal up to the last value.
        twin_set = found[-1].twin_set if is_twin and found else leg_id
        found.append(MonthLeg(leg_id, carrier.name, digits, start, seconds, twin_set))
    return found


def _start(carrier: MonthCarrier, rng: Random) -> datetime:
    chance = rng.random()
    zone = ZoneInfo(carrier.clock_zone)
    if chance < MIDNIGHT_SHARE:
        day = FIRST_INSTANT + timedelta(days=rng.randrange(1, 33))
        return day.replace(tzinfo=rng.choice((UTC, zone))).astimezone(UTC) + _around(rng)
    if chance < MIDNIGHT_SHARE + MONTH_END_SHARE:
        midnight = datetime(2026, rng.choice((10, 11)), 1, tzinfo=rng.choice((UTC, zone)))
        return midnight.astimezone(UTC) + _around(rng)
    if chance < MIDNIGHT_SHARE + MONTH_END_SHARE + CLOCK_CHANGE_SHARE:
        # 25 October, 02:00 to 03:00 twice in Berlin
        return datetime(2026, 10, 25, tzinfo=UTC) + timedelta(milliseconds=rng.randrange(7_200_000))
    return FIRST_INSTANT + timedelta(milliseconds=rng.randrange(_SECONDS * 1000))


def _around(rng: Random) -> timedelta:
    return timedelta(milliseconds=rng.randrange(-60_000, 8_000))


def _duration(rng: Random) -> int:
    return min(7_200, 1 + int(rng.expovariate(1 / 100)))


def _number(rng: Random) -> str:
    stem = rng.choices(_STEMS, _SHARES)[0]
    length = next(length for code, length in _LENGTHS.items() if stem.startswith(code))
    return stem + "".join(str(rng.randrange(10)) for _ in range(length - len(stem)))
