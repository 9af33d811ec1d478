"""The legs of any UTC day, past or future, as a pure function of the organisation and the day.

Ordinary traffic; the intended faults of the demo's days are added from `faults.py`. Nothing here reads a clock.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from cpm_assets.sandbox.dialling import Dialler
from cpm_assets.sandbox.faults import with_faults
from cpm_assets.sandbox.legs import Leg, record
from cpm_assets.sandbox.organization import Organization, utc_midnight
from cpm_assets.sandbox.remembered import remembering
from cpm_assets.sandbox.scenarios import LEGS_PER_CALL, SCENARIOS, Part, long_before_midnight

# Weight of each UTC hour: European and American office hours, quiet but never silent nights.
_HOUR_WEIGHTS = (9, 7, 6, 5, 5, 6, 16, 34, 52, 60, 62, 58, 60, 78, 92, 96, 94, 82, 70, 62, 54, 40, 26, 14)
_CUMULATIVE_HOURS = list(accumulate(_HOUR_WEIGHTS))
_SCENARIO_FUNCTIONS = [scenario for scenario, _ in SCENARIOS]
_CUMULATIVE_SCENARIOS = list(accumulate(weight for _, weight in SCENARIOS))
# Invoices' clocks differ by seconds; a leg this near to midnight could be one day's leg and the other day's line.
_MIDNIGHT_MARGIN_SECONDS = 20
_LATE_SHARE, _VERY_LATE_SHARE = 0.006, 0.2


@remembering(most_legs=200_000)
def legs_of_day(organization: Organization, day: date) -> tuple[Leg, ...]:
    """All true legs that start on the UTC day, ordered by (start, leg id); legs of yesterday's calls included."""
    # Yesterday first: asked day after day, what was made for today serves tomorrow.
    mine = [*_legs_after_midnight(organization, day - timedelta(days=1))]
    mine.extend(leg for leg in _legs_of_calls(organization, day) if leg.start.date() == day)
    return tuple(sorted(with_faults(organization, day, mine), key=lambda leg: (leg.start, leg.leg_id)))


def legs_between(organization: Organization, start: datetime, end: datetime) -> list[Leg]:
    """All true legs with start <= start time < end (UTC instants), ordered by (start, leg id)."""
    found: list[Leg] = []
    day = start.date()
    while utc_midnight(day) < end:
        legs = legs_of_day(organization, day)
        first = bisect_left(legs, start, key=lambda leg: leg.start)
        found.extend(legs[first : bisect_left(legs, end, key=lambda leg: leg.start)])
        day += timedelta(days=1)
    return found


def legs_as_known(organization: Organization, start: datetime, end: datetime, at: datetime) -> list[Leg]:
    """The legs starting in the half-open window that the API shows at the instant `at`, in its order."""
    return [leg for leg in legs_between(organization, start, end) if leg.is_known(at)]


def records_as_known(organization: Organization, day: date, at: datetime) -> list[dict[str, Any]]:
    """The records an API asked at instant `at` returns for the legs starting on the UTC day, each once."""
    midnight = utc_midnight(day)
    return [record(leg, at) for leg in legs_as_known(organization, midnight, midnight + timedelta(days=1), at)]


@remembering(most_legs=100_000)
def _legs_after_midnight(organization: Organization, day: date) -> tuple[Leg, ...]:
    """The legs of the UTC day's calls that start on the next day. No call reaches the day after that."""
    return tuple(leg for leg in _legs_of_calls(organization, day) if leg.start.date() != day)


@remembering(most_legs=0, least_days=1)
def _legs_of_calls(organization: Organization, day: date) -> tuple[Leg, ...]:
    """The legs of the calls made on the UTC day, wherever they start."""
    rng = Random(f"{organization.seed}:traffic:{day.isoformat()}")
    dialler = Dialler(rng, day)
    calls = _blueprints(organization, day, rng)
    return tuple(leg for start, parts in calls for leg in _legs(rng, dialler, start, parts))


def _blueprints(organization: Organization, day: date, rng: Random) -> Iterator[tuple[datetime, tuple[Part, ...]]]:
    midnight = utc_midnight(day)
    calls = round(organization.legs_per_day * rng.uniform(0.96, 1.04) / LEGS_PER_CALL)
    for _ in range(calls):
        scenario = rng.choices(_SCENARIO_FUNCTIONS, cum_weights=_CUMULATIVE_SCENARIOS)[0]
        hour = rng.choices(range(24), cum_weights=_CUMULATIVE_HOURS)[0]
        start = midnight + timedelta(milliseconds=hour * 3_600_000 + rng.randrange(3_600_000))
        yield start, scenario(rng)
    if calls:
        # Every day has one call that crosses midnight, whatever the dice say.
        yield midnight + timedelta(hours=23, minutes=52, seconds=rng.randrange(60)), long_before_midnight(rng)


def _legs(rng: Random, dialler: Dialler, start: datetime, parts: tuple[Part, ...]) -> Iterator[Leg]:
    while any(_is_near_midnight(start + timedelta(milliseconds=part.offset_ms)) for part in parts):
        start += timedelta(seconds=90)
    call_id = _uuid(rng)
    numbers: dict[int, tuple[str, str, tuple[str, str]]] = {}
    for party in sorted({part.party for part in parts if part.party is not None}):
        destination = dialler.destination()
        routed, other = dialler.carriers(destination)
        names = (routed.name, other.name)
        uses = [
            (names[part.choice], start + timedelta(milliseconds=part.offset_ms))
            for part in parts
            if part.party == party and part.choice is not None
        ]
        numbers[party] = dialler.number(destination, uses), destination.location, names
    for part in parts:
        yield _leg(rng, dialler, start, part, call_id, numbers.get(-1 if part.party is None else part.party))


def _leg(
    rng: Random, dialler: Dialler, call_start: datetime, part: Part, call_id: str,
    called: tuple[str, str, tuple[str, str]] | None,
) -> Leg:  # fmt: skip
    start = call_start + timedelta(milliseconds=part.offset_ms)
    end = start + timedelta(seconds=part.talk_seconds or part.ring_seconds)
    number: str | None = None
    location: str | None = None
    carrier: str | None = None
    if called is not None:
        number, location, names = called
        carrier = None if part.choice is None else names[part.choice]
        # A few edges leave out the plus; the digits are the same (D4).
        number = number if rng.random() < 0.02 else f"+{number}"
    elif part.direction == "inbound":
        number, location = f"+1212555010{rng.randrange(10)}", "New York, NY"
        carrier = dialler.carriers(dialler.destination())[0].name
    elif part.call_type == "voip":
        number = str(rng.randrange(4000, 4999))  # an extension
    is_voip = part.call_type == "voip"
    return Leg(
        call_id=call_id,
        leg_id=_leg_id(rng),
        start=start,
        end=end,
        media_seconds=part.talk_seconds,
        billing_seconds=part.billing_seconds,
        carrier=carrier,
        number=number,
        location=location,
        call_type=part.call_type,
        direction=part.direction,
        outcome=part.outcome,
        appears_at=_appears_at(rng, start, end),
        sip_call_id=f"{rng.getrandbits(64):016x}@edge{rng.randrange(3)}.sandbox.example" if is_voip else None,
        extras=_extras(rng),
    )


def _appears_at(rng: Random, start: datetime, end: datetime) -> datetime:
    """Nearly all legs are shown from their start; the others up to 72 hours after it, some of them after 48."""
    if rng.random() >= _LATE_SHARE:
        return start
    hours = rng.uniform(48.5, 72) if rng.random() < _VERY_LATE_SHARE else rng.uniform(1, 48)
    return max(start + timedelta(seconds=round(hours * 3600)), end + timedelta(seconds=1))


def _extras(rng: Random) -> dict[str, Any]:
    """Fields the guide doesn't know; clients keep them in the raw file and otherwise ignore them."""
    draw = rng.random()
    if draw < 0.02:
        return {"queueName": "Soporte técnico ☎", "wrapUp": {"code": "resolved", "notes": "line 1\nline 2"}}
    if draw < 0.05:
        return {"edgeSoftware": "1.0.0.9911", "sipResponseCodes": [183, 200]}
    return {}


def _is_near_midnight(instant: datetime) -> bool:
    of_day = instant.hour * 3600 + instant.minute * 60 + instant.second
    return not _MIDNIGHT_MARGIN_SECONDS <= of_day < 86_400 - _MIDNIGHT_MARGIN_SECONDS


def _uuid(rng: Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _leg_id(rng: Random) -> str:
    digits = f"{rng.getrandbits(112):028x}"
    return f"leg-{digits[:4]}-{digits[4:8]}-{digits[8:12]}-{digits[12:]}"
