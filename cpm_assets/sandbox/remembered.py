"""Keeps what was made for the last few days, bounded by the number of legs instead of the number of days.

A cache and nothing else: ten small days fit for a whole demo, two huge ones for a benchmark.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date

from cpm_assets.sandbox.legs import Leg
from cpm_assets.sandbox.organization import Organization

_Make = Callable[[Organization, date], tuple[Leg, ...]]


def remembering(most_legs: int, least_days: int = 2) -> Callable[[_Make], _Make]:
    """Decorate a pure function of (organisation, UTC day): its latest results are kept up to so many legs in all.

    At least `least_days` results stay, however large. Safe to call from several threads.
    """

    def decorate(make: _Make) -> _Make:
        kept: OrderedDict[tuple[Organization, date], tuple[Leg, ...]] = OrderedDict()
        lock = threading.Lock()

        def remembered(organization: Organization, day: date) -> tuple[Leg, ...]:
            key = (organization, day)
            with lock:
                if key in kept:
                    kept.move_to_end(key)
                    return kept[key]
            made = make(organization, day)
            with lock:
                kept[key] = made
                while len(kept) > least_days and sum(map(len, kept.values())) > most_legs:
                    kept.popitem(last=False)
            return made

        return remembered

    return decorate
