"""The sandbox organisation: its seed, its size, and the fixed calendar of the demo.

Only constants and the one value that everything else is a pure function of. What happens on those days is in
`faults.py`, what an ordinary day looks like in `traffic.py`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - the published credentials of a server that listens on loopback only

FIRST_DEMO_DAY = date(2026, 10, 24)
# Ten days that hold the end of summer time on both continents: Europe on 10-25, North America on 11-01.
DEMO_DAYS = tuple(FIRST_DEMO_DAY + timedelta(days=offset) for offset in range(10))
# Twelve hours after the last of the ten days has become due for finalization.
DEMO_AS_OF = datetime(2026, 11, 5, 12, tzinfo=UTC)
# From this instant on the source shows the corrected figures: the zero-billing leg is mended, the vanishing leg gone.
# A sweep before it and one after it therefore see two different versions of the days that are not final yet.
CORRECTED_AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
# New prices come into force in the middle of the ten days (second delivery of rate cards).
PRICE_CHANGE_DAY = date(2026, 10, 29)
# Early enough that any day somebody may ask for has a price.
CARDS_SINCE = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Organization:
    """A fictional Genesys organisation. Equal values give equal bytes, on every machine and in every process.

    `seed` chooses the traffic and the prices; `legs_per_day` is the approximate number of legs (of all types) that
    start on one UTC day, before the demo's intended faults.
    """

    seed: int = 2026
    legs_per_day: int = 2000

    def __post_init__(self) -> None:
        if self.legs_per_day < 0:
            raise ValueError(f"legs_per_day must not be negative: {self.legs_per_day}")


def utc_midnight(day: date) -> datetime:
    """The instant at which the UTC day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
