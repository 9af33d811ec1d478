"""Synthetic legs: the entities of usage pages, made fast, the same every time, and as varied as a day's traffic.

Only what a leg looks like. How legs are spread over the day and handed out by the page is in `synthetic_api.py`. The
sandbox's traffic tells stories that tests look for, and is too slow for a million legs.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from benchmarks.synthetic_deck import CARRIERS

SECONDS_OF_DAY = 86_400
SAME_CALL = 0.2
"""How many of the legs belong to the call of the leg before: transfers, and fallbacks after an attempt."""

_KINDS = (
    # callType, direction, callOutcome; of 100 legs
    *(("voip", "outbound", "answered"),) * 72,
    *(("voip", "outbound", "no-answer"),) * 11,
    *(("voip", "inbound", "answered"),) * 8,
    *(("voip", "internal", "answered"),) * 5,
    *(("monitor", "outbound", "answered"),) * 3,
    *(("whisper", "outbound", "answered"),) * 1,
)

_LEG = (
    '{"callId":"%s","legId":"leg-%032x","startTime":"%sZ","endTime":"%sZ","duration":%d,"billingDuration":%d,'
    '"carrierName":"%s","destinationNumber":"+%s","destinationLocation":"Place %s","callType":"%s","direction":"%s",'
    '"callOutcome":"%s"}'
)


def leg_objects(day: date, legs_of_day: int, first: int, last: int, prefixes: Sequence[str]) -> list[str]:
    """Legs `first` up to `last` (not included) of a UTC day's `legs_of_day`, as JSON objects.

    Leg n starts n / legs_of_day through the day. All called numbers begin with one of `prefixes`; nothing is invalid,
    so that the day is accepted.
    """
    draw = random.Random(f"{day}/{first}")
    chance, bits = draw.random, draw.getrandbits
    midnight = datetime.combine(day, time())
    call_id, objects = f"{bits(128):032x}", []
    for number in range(first, last):
        if chance() >= SAME_CALL:
            call_id = f"{bits(128):032x}"
        call_type, direction, outcome = _KINDS[int(chance() * len(_KINDS))]
        start = midnight + timedelta(milliseconds=number * SECONDS_OF_DAY * 1000 // legs_of_day)
        seconds = int(draw.expovariate(1 / 180)) + 1 if outcome == "answered" else 0
        end = start + timedelta(seconds=seconds or 20)
        prefix = prefixes[int(chance() * len(prefixes))]
        objects.append(
            _LEG
            % (
                call_id,
                bits(128),
                start.isoformat(timespec="milliseconds"),
                end.isoformat(timespec="milliseconds"),
                seconds,
                -(-seconds // 6) * 6,
                CARRIERS[int(chance() * len(CARRIERS))],
                f"{prefix}{int(chance() * 10_000_000):07}"[: max(11, len(prefix) + 2)],
                prefix[:4],
                call_type,
                direction,
                outcome,
            )
        )
    return objects
