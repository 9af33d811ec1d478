"""What must be known of each day at each instant: the simulation's own statement of D2, D12 to D16, D21 and D22.

It is told what the source answered and what lay in the inbox, and which of it the lake took and when; it shares no code
with the product. Figures are whole minutes times the newest rate in force, in micro-units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


class Leg(NamedTuple):
    """A call leg as the source has it."""

    leg_id: str
    start: datetime
    minutes: int
    carrier: str


class Cell(NamedTuple):
    """A carrier's figures of a UTC day."""

    legs: int
    unrated_legs: int
    billed_seconds: int
    total_cost: Decimal


Figures = dict[str, Cell]
"""By carrier."""


@dataclass(frozen=True)
class Reading:
    """A complete extraction: the legs that the source had in its window."""

    extraction_id: str
    kind: str
    started_at: datetime
    finished_at: datetime
    legs: Mapping[str, Leg]


class Rate(NamedTuple):
    """A row of a card. `received_at` None until the lake took the file."""

    carrier: str
    effective: date
    per_minute: Decimal


@dataclass
class Knowledge:
    """All that the lake took, with the instants (aware UTC) at which it did."""

    readings: dict[date, list[Reading]] = field(default_factory=dict)
    cards: dict[str, tuple[datetime, list[Rate]]] = field(default_factory=dict)
    waivers: dict[str, tuple[datetime, date]] = field(default_factory=dict)

    def legs(self, day: date, at: datetime) -> dict[str, Leg] | None:
        """D16: the last whole reading and the later ticks; None if no whole one was complete by then (D22)."""
        complete = sorted(
            (each for each in self.readings.get(day, ()) if each.finished_at <= at),
            key=lambda each: (each.started_at, each.extraction_id),
        )
        legs: dict[str, Leg] | None = None
        for reading in complete:
            if reading.kind == "sweep":
                legs = dict(reading.legs)
            elif legs is not None:
                legs |= reading.legs
        return legs

    def rate(self, carrier: str, day: date, at: datetime) -> Decimal | None:
        """D2: the row in force on the day, of rows for one date the last received; None if the carrier has none."""
        rows: dict[date, Decimal] = {}
        for _, (received_at, rates) in sorted(self.cards.items(), key=lambda item: (item[1][0], item[0])):
            if received_at <= at:
                rows |= {rate.effective: rate.per_minute for rate in rates if rate.carrier == carrier}
        begun = [effective for effective in rows if effective <= day]
        return rows[max(begun)] if begun else None

    def costs(self, day: date, at: datetime, *, is_finalizing: bool) -> dict[Leg, Decimal | None] | None:
        """Each leg's cost as known at an instant, None for one without a rate; None if the day is rejected (D13)."""
        is_waived = is_finalizing and any(of == day and received <= at for received, of in self.waivers.values())
        costs: dict[Leg, Decimal | None] = {}
        for leg in (self.legs(day, at) or {}).values():
            rate = self.rate(leg.carrier, day, at)
            if rate is None and not is_waived:
                return None
            costs[leg] = None if rate is None else leg.minutes * rate
        return costs

    def figures(self, day: date, at: datetime, *, is_finalizing: bool) -> Figures | None:
        """The sums of `costs`; of a closed day, or of one that is being closed, waivers count."""
        costs = self.costs(day, at, is_finalizing=is_finalizing)
        if costs is None:
            return None
        cells: Figures = {}
        for leg, cost in costs.items():
            legs, unrated, seconds, total = cells.get(leg.carrier, Cell(0, 0, 0, Decimal(0)))
            cells[leg.carrier] = (
                Cell(legs, unrated + 1, seconds, total)
                if cost is None
                else Cell(legs + 1, unrated, seconds + 60 * leg.minutes, total + cost)
            )
        return cells
