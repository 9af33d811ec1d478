"""Re-costing: which days and carriers a card or contract touches, by what two sets of deliveries say of them (D2).

Pure: the rows of the deliveries come in, days go out. Pricing itself is SQL. Where a carrier has any contract with
inclusive expiry, its windows are taken a day longer here: a day too many may be found, never one too few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

CARDS, CONTRACTS = "rate_cards", "carrier_contracts"


@dataclass(frozen=True)
class ReferenceRow:
    """A row of a card or contract. `key` is a card's prefix, empty for a contract; `terms` all that can move a cost."""

    kind: str
    carrier_name: str
    key: str
    effective_date: date
    expiry_date: date | None
    terms: tuple[object, ...]
    expiry_is_inclusive: bool = False


@dataclass(frozen=True)
class Difference:
    """A key whose terms differ on the UTC days `[first_day, end)`; None where no row holds. `end` None: for ever.

    `last_before` are the terms before that held then, else those that held last, else None.
    """

    kind: str
    carrier_name: str
    key: str
    first_day: date
    end: date | None
    before: tuple[object, ...] | None
    after: tuple[object, ...] | None
    last_before: tuple[object, ...] | None


@dataclass(frozen=True)
class Touched:
    """A carrier whose cards or contracts differ on the UTC days `[first_day, end)`; `end` None is without an end."""

    kind: str
    carrier_name: str
    first_day: date
    end: date | None

    def holds(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.first_day <= day and (self.end is None or day < self.end)


class _Window(NamedTuple):
    first_day: date
    end: date | None
    terms: tuple[object, ...]


_Key = tuple[str, str, str]


def touched_windows(before: Iterable[ReferenceRow], after: Iterable[ReferenceRow]) -> frozenset[Touched]:
    """Where two sets of rows, each in the order received, say something else; empty if they price alike.

    A delivery that repeats what was known touches nothing, and a row that ends or removes another touches the days that
    it takes from it.
    """
    return frozenset(
        Touched(each.kind, each.carrier_name, each.first_day, each.end) for each in differences(before, after)
    )


def differences(before: Iterable[ReferenceRow], after: Iterable[ReferenceRow]) -> Iterator[Difference]:
    """Where two sets of rows, each in the order received, say something else; those of one key in order."""
    earlier, later = _windows(before), _windows(after)
    for key in {*earlier, *later}:
        of_key = earlier.get(key, ()), later.get(key, ())
        for first_day, end in _differing(*of_key):
            was, will_be = (_terms_on(windows, first_day) for windows in of_key)
            begun = [window.terms for window in of_key[0] if window.first_day <= first_day]
            yield Difference(*key, first_day, end, was, will_be, begun[-1] if begun else None)


def touched_carriers(touched: Iterable[Touched], day: date, carriers: Collection[str]) -> set[str]:
    """Those of the carriers with legs on the UTC day whose cards or contracts differ on it."""
    return {each.carrier_name for each in touched if each.carrier_name in carriers and each.holds(day)}


def carriers_in_force(rows: Iterable[ReferenceRow], last_seen: Mapping[str, date]) -> dict[str, set[str]]:
    """By kind, those of the carriers with a row whose window holds the UTC day given for each (D2, D12)."""
    in_force: dict[str, set[str]] = {CARDS: set(), CONTRACTS: set()}
    for (kind, carrier, _), windows in _windows(rows).items():
        if carrier in last_seen and _terms_on(windows, last_seen[carrier]) is not None:
            in_force[kind].add(carrier)
    return in_force


def _windows(rows: Iterable[ReferenceRow]) -> dict[_Key, tuple[_Window, ...]]:
    """The windows of each key, in order; a row removed (its expiry is its start) has none (D2)."""
    latest = {(row.kind, row.carrier_name, row.key, row.effective_date): row for row in rows}
    inclusive = {row.carrier_name for row in latest.values() if row.expiry_is_inclusive}
    by_key: dict[_Key, list[ReferenceRow]] = defaultdict(list)
    for row in sorted(latest.values(), key=lambda row: row.effective_date):
        if row.expiry_date is None or row.expiry_date > row.effective_date:
            by_key[row.kind, row.carrier_name, row.key].append(row)
    windows = {}
    for key, its_rows in by_key.items():
        starts = [*(row.effective_date for row in its_rows[1:]), None]
        windows[key] = tuple(
            _Window(row.effective_date, _end(row, start, row.carrier_name in inclusive), row.terms)
            for row, start in zip(its_rows, starts, strict=True)
        )
    return windows


def _end(row: ReferenceRow, next_start: date | None, is_inclusive: bool) -> date | None:
    stated = row.expiry_date + timedelta(days=is_inclusive) if row.expiry_date else None
    return min((each for each in (stated, next_start) if each is not None), default=None)


def _differing(before: Sequence[_Window], after: Sequence[_Window]) -> Iterator[tuple[date, date | None]]:
    """The stretches on which two series of windows have other terms: compared between all their bounds."""
    if before == after:
        return
    bounds: list[date | None] = [
        *sorted({bound for window in (*before, *after) for bound in (window.first_day, window.end) if bound}),
        None,
    ]
    for first_day, end in pairwise(bounds):
        if first_day and _terms_on(before, first_day) != _terms_on(after, first_day):
            yield first_day, end


def _terms_on(windows: Sequence[_Window], day: date) -> tuple[object, ...] | None:
    holding = (each.terms for each in windows if each.first_day <= day and (each.end is None or day < each.end))
    return next(holding, None)
