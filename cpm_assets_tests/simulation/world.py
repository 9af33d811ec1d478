"""The simulation's world: what the source answers, what lies in the inbox, what the clock says; all by one seed.

Only what happens outside of the product. What the product is made to do is `history.py`, what must come of it
`knowledge.py`.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from cpm_assets.domain.extraction_errors import RetriesExhausted
from cpm_assets_tests.pipeline.scripted_usage import ScriptedUsage, put_file, record
from cpm_assets_tests.simulation.knowledge import Leg, Rate

FIRST_DAY = date(2026, 11, 10)
CARRIERS = ("Acme", "Zenith", "Latecomer")
"""The last has no card until one comes: its legs reject their day (D13)."""
NO_ANSWER = RetriesExhausted("GET page 2: HTTP 503; no attempt is left")


@dataclass
class World:
    """The source's legs by UTC day, the inbox, and the clock."""

    rng: random.Random
    inbox: Path
    now: datetime
    legs: dict[date, dict[str, Leg]] = field(default_factory=dict)
    cards: dict[str, list[Rate]] = field(default_factory=dict)
    waived: dict[str, date] = field(default_factory=dict)
    is_down: bool = False
    made: int = 0

    @classmethod
    def of(cls, rng: random.Random, inbox: Path) -> "World":
        """The morning of the first day: two carriers with cards, no leg yet."""
        world = cls(rng, inbox, datetime.combine(FIRST_DAY, time(6), UTC))
        for carrier in CARRIERS[:2]:
            world.deliver_card(carrier, date(2026, 1, 1))
        return world

    @property
    def days(self) -> list[date]:
        """From the first to today."""
        return [FIRST_DAY + timedelta(days=n) for n in range((self.now.date() - FIRST_DAY).days + 1)]

    def usage(self) -> ScriptedUsage:
        """The source as it answers now."""
        answers = {
            day: [record(leg.leg_id, leg.start, 60 * leg.minutes, carrierName=leg.carrier) for leg in legs.values()]
            for day, legs in self.legs.items()
        }
        return ScriptedUsage(dict.fromkeys(self.days, NO_ANSWER) if self.is_down else answers, inbox_files={})

    def add_legs(self) -> None:
        """One to three legs that started by now, mostly of today: those of earlier days are late."""
        for _ in range(self.rng.randint(1, 3)):
            day = self.now.date() if self.rng.random() < 0.5 else self.rng.choice(self.days[-4:])
            start = datetime.combine(day, time(), UTC)
            seconds = int(min(timedelta(days=1), self.now - start).total_seconds())
            carrier = self.rng.choices(CARRIERS, (6, 6, 1))[0]
            self.made += 1
            leg_id = f"leg-{self.made}"
            at = start + timedelta(seconds=self.rng.randrange(max(1, seconds)))
            self.legs.setdefault(day, {})[leg_id] = Leg(leg_id, at, self.rng.randint(1, 9), carrier)

    def change_leg(self) -> None:
        """A leg is corrected, or withdrawn."""
        known = sorted((day, leg_id) for day, legs in self.legs.items() for leg_id in legs)
        if known:
            day, leg_id = self.rng.choice(known)
            if self.rng.random() < 0.5:
                self.legs[day][leg_id] = self.legs[day][leg_id]._replace(minutes=self.rng.randint(10, 19))
            else:
                del self.legs[day][leg_id]

    def deliver_card(self, carrier: str | None = None, effective: date | None = None) -> None:
        """A card of one rate comes into the inbox, often with a date of the past."""
        carrier = carrier or self.rng.choices(CARRIERS, (4, 4, 1))[0]
        effective = effective or self.rng.choice(self.days) - timedelta(days=self.rng.choice((0, 0, 1, 300)))
        self.made += 1
        rate = Rate(carrier, effective, Decimal(self.rng.randint(1, 999)) / 10_000)
        name = f"card-{self.made:04}.csv"
        self.cards[name] = [rate]
        header = "prefix,destination_region,carrier_name,rate_per_minute,effective_date,expiry_date\n"
        put_file(
            self.inbox / "rate_cards" / name,
            f"{header}1415,San Francisco,{rate.carrier},{rate.per_minute},{rate.effective},\n",
        )

    def waive(self, day: date) -> None:
        """A person waives the unknown carriers of a day."""
        self.made += 1
        name = f"waiver-{self.made:04}.csv"
        self.waived[name] = day
        put_file(
            self.inbox / "waivers" / name,
            f"usage_date,check_name,reason,person\n{day},carrier_match,seen,Jo Doe\n",
        )

    def clock(self) -> Iterator[datetime]:
        """What a run reads on the clock, a second later each time."""
        while True:
            self.now += timedelta(seconds=1)
            yield self.now
