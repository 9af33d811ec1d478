"""The intended faults in the traffic of the demo's ten days, each on its own day and each exactly once.

What is wrong with which leg, and on which day. Faults of the invoices are in `invoice_faults.py`; faults of the
transport (429, expired token, repeated legs) in `server.py` and `paging.py`. Other days have none.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from cpm_assets.sandbox.carriers import COBALT, NORTHWIND, SALTMARSH
from cpm_assets.sandbox.dialling import uncalled_number
from cpm_assets.sandbox.legs import Leg
from cpm_assets.sandbox.numbering import Destination, destinations
from cpm_assets.sandbox.organization import CORRECTED_AT, Organization, utc_midnight

UNRATED_DAY = date(2026, 10, 26)
MALFORMED_DAY = date(2026, 10, 27)
UNKNOWN_CARRIER_DAY = date(2026, 10, 28)
ZERO_BILLING_DAY = date(2026, 10, 30)
VANISHING_DAY = date(2026, 10, 31)

# The *unrated prefix*: in every deck but Cobalt Trunking's.
UNRATED_PREFIX = "354"
UNRATED_LEGS = 5
# A trunk that somebody connected before any contract or card was there.
UNCONTRACTED_CARRIER = "Halcyon Wholesale"


def faulty_legs(organization: Organization, day: date) -> tuple[Leg, ...]:
    """The legs added to that UTC day because something is wrong with them; none outside the ten days."""
    if organization.legs_per_day == 0:
        return ()
    rng = Random(f"{organization.seed}:faults:{day.isoformat()}")
    if day == UNRATED_DAY:
        # No longer than a minute, so that the minutes of an unrated leg can't be taken for a disagreement (D18).
        hours = range(9, 9 + UNRATED_LEGS)
        return tuple(_leg(rng, day, COBALT.name, "Iceland", hour, rng.randrange(20, 50)) for hour in hours)
    if day == MALFORMED_DAY:
        internal = replace(_leg(rng, day, None, "Ontario", 15, 240), number="4077", location=None, direction="internal")
        return (replace(internal, corruption={"billingDuration": "four minutes"}),)
    if day == UNKNOWN_CARRIER_DAY:
        return (_leg(rng, day, UNCONTRACTED_CARRIER, "Texas", 16, 184),)
    if day == ZERO_BILLING_DAY:
        return (replace(_leg(rng, day, NORTHWIND.name, "Germany", 11, 325), mended_at=CORRECTED_AT),)
    if day == VANISHING_DAY:
        return (replace(_leg(rng, day, SALTMARSH.name, "Ontario", 14, 97), vanishes_at=CORRECTED_AT),)
    return ()


def with_faults(organization: Organization, day: date, legs: Sequence[Leg]) -> list[Leg]:
    """The day's ordinary legs and its faulty ones."""
    return [*legs, *faulty_legs(organization, day)]


def _leg(rng: Random, day: date, carrier: str | None, region: str, hour: int, talk_seconds: int) -> Leg:
    """An answered outbound leg in that UTC hour, to a number that nothing else calls on that day."""
    destination: Destination = rng.choice([place for place in destinations() if place.region == region])
    start = utc_midnight(day) + timedelta(hours=hour, milliseconds=rng.randrange(600_000, 3_000_000))
    digits = f"{rng.getrandbits(128):032x}"
    return Leg(
        call_id=f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}",
        leg_id=f"leg-{digits[3:7]}-{digits[7:11]}-{digits[11:15]}-{rng.getrandbits(64):016x}",
        start=start,
        end=start + timedelta(seconds=talk_seconds),
        media_seconds=talk_seconds,
        billing_seconds=talk_seconds + 4,
        carrier=carrier,
        number=f"+{uncalled_number(rng, destination, day)}",
        location=destination.location,
        call_type="voip",
        direction="outbound",
        outcome="answered",
        appears_at=start,
    )
