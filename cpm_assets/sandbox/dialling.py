"""Who is called over which carrier, so that no two calls can be mistaken for each other on an invoice.

A carrier's invoice names a call by number and local time. Two legs of one carrier to one number are therefore kept
apart by more than any tolerance, in the minute and (autumn's clock change) by whole hours too. Every number that is
called ends in an even digit on even days and in an odd one on odd days, which does the same across midnight.
"""

from datetime import date, datetime
from itertools import accumulate
from random import Random

from cpm_assets.sandbox.carriers import CARRIERS, FALLBACK, Carrier
from cpm_assets.sandbox.numbering import Destination, destinations

_SLOT_SECONDS = 20
_SLOTS_PER_HOUR = 3600 // _SLOT_SECONDS
_MOST_TRIES = 60


class Dialler:
    """Chooses destinations, carriers and numbers for the calls of one day, in the order asked."""

    def __init__(self, rng: Random, day: date) -> None:
        self._rng = rng
        self._parity = day.toordinal() % 2
        self._destinations = destinations()
        self._weights = list(accumulate(destination.weight for destination in self._destinations))
        self._carrier_weights = list(accumulate(carrier.share for carrier in CARRIERS))
        self._taken: set[tuple[str, str, int]] = set()

    def destination(self) -> Destination:
        return self._rng.choices(self._destinations, cum_weights=self._weights)[0]

    def carriers(self, destination: Destination) -> tuple[Carrier, Carrier]:
        """The routed carrier, one that has the country in its deck, and the one fallen back to."""
        while True:
            routed: Carrier = self._rng.choices(CARRIERS, cum_weights=self._carrier_weights)[0]
            if destination.country_code not in routed.lacks_countries:
                # When the dearer carrier is the routed one, the call falls back to any other.
                other = FALLBACK if routed is not FALLBACK else CARRIERS[0]
                return routed, other

    def number(self, destination: Destination, uses: list[tuple[str, datetime]]) -> str:
        """An international number (digits) at the destination, free for these (carrier name, start) uses."""
        number = ""
        for _ in range(_MOST_TRIES):
            number = draw_number(self._rng, destination, self._parity)
            slots = [(name, number, _slot(start)) for name, start in uses]
            if not any(self._is_near(slot) for slot in slots):
                self._taken.update(slots)
                break
        return number

    def _is_near(self, slot: tuple[str, str, int]) -> bool:
        name, number, of_hour = slot
        return any((name, number, (of_hour + step) % _SLOTS_PER_HOUR) in self._taken for step in (-1, 0, 1))


def draw_number(rng: Random, destination: Destination, parity: int) -> str:
    """A number at the destination whose last digit is even (parity 0) or odd (1)."""
    tail = rng.randrange(10**destination.random_digits)
    tail += parity - tail % 2
    return f"{destination.stem}{tail:0{destination.random_digits}d}"


def uncalled_number(rng: Random, destination: Destination, day: date) -> str:
    """A number that no call of that day has: its last digit is the other kind."""
    return draw_number(rng, destination, 1 - day.toordinal() % 2)


def _slot(start: datetime) -> int:
    return (start.minute * 60 + start.second) // _SLOT_SECONDS
