"""Two periods compared: what of the change is price, mix, volume and fees. The rule is `queries/change_split.sql`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboard.published import Figures
from dashboard.segment import Segment, carrier_and_place
from dashboard.sql_files import query


@dataclass(frozen=True)
class Periods:
    """Two ranges of UTC days, both ends included; the later one begins after the earlier one ends."""

    earlier_first: date
    earlier_last: date
    later_first: date
    later_last: date


@dataclass(frozen=True)
class Split:
    """The row of the query: money as Decimal; the parts of CPM are None where they cannot be told."""

    seconds_before: int
    seconds_after: int
    cost_before: Decimal
    cost_after: Decimal
    price: Decimal
    mix: Decimal
    volume: Decimal
    cpm_before: Decimal | None
    cpm_after: Decimal | None
    cpm_price: Decimal | None
    cpm_mix: Decimal | None
    cpm_fees: Decimal | None


def halves(first: date, last: date) -> Periods | None:
    """The second half of a range against its first; a middle day is in neither. None for a single day."""
    days = (last - first).days + 1
    return None if days < 2 else latest(last, days // 2)


def latest(last: date, days: int) -> Periods:
    """The last `days` days against the `days` before them."""
    later_first = last - timedelta(days=days - 1)
    return Periods(later_first - timedelta(days=days), later_first - timedelta(days=1), later_first, last)


def split_of(figures: Figures, segment: Segment, periods: Periods) -> Split:
    """The split over the chosen currency, carriers and regions; with fees if legs are published back to the start."""
    (first_leg_day,) = figures.rows("select min(usage_date) from costed_legs")[0]
    (first_day,) = figures.rows("select min(usage_date) from cpm_daily where usage_date >= $first", {
        "first": periods.earlier_first
    })[0]  # fmt: skip
    has_legs = first_leg_day is not None and first_day is not None and first_leg_day <= first_day
    chosen, values = carrier_and_place(segment)
    cells = query("cells_of_legs" if has_legs else "cells_of_prefixes", chosen=chosen)
    row = figures.records(query("change_split", cells=cells), {"currency": segment.currency, **vars(periods), **values})
    return Split(**row[0])
