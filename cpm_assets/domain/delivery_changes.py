"""Delivery changes: what a file says that was not said before, row by row and price by price.

Pure: rows come in, in the order received. Windows and what differs between two states are `domain/recosting.py` (D2);
this is what of it a person wants to see before a delivery counts, and the rows of a trial: the delivery as if it had
been in force for some days that are over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cpm_assets.domain.recosting import CARDS, ReferenceRow, differences

WORTH_A_LOOK = Decimal("0.2")
"""A price that moves by more than this share of itself is shown: a new deck rarely means it, a shifted decimal does."""

Values = tuple[object, ...]
Row = Mapping[str, object]


class RowChanges(NamedTuple):
    """Counts of a file's rows: keys that no earlier file has, keys that say something else, and repeated ones."""

    new: int
    changed: int
    unchanged: int


def row_changes(key: Sequence[str], before: Iterable[Row], rows: Iterable[Row]) -> RowChanges:
    """Compares a file's rows with what the earlier files, in the order received, say of the same keys."""
    known = {_key(key, row): row for row in before}
    new = changed = unchanged = 0
    for row in rows:
        earlier = known.get(_key(key, row))
        new += earlier is None
        unchanged += earlier == row
        changed += earlier is not None and earlier != row
    return RowChanges(new, changed, unchanged)


@dataclass(frozen=True)
class PriceMove:
    """The price per minute of a carrier's prefix from a UTC day on. `new` None: no price any more. `share` of the old
    one, None where that was 0; where the currency changes too, no share says anything."""

    carrier_name: str
    prefix: str
    first_day: date
    old: Decimal
    old_currency: str | None
    new: Decimal | None
    new_currency: str | None

    @property
    def share(self) -> Decimal | None:
        if self.new is None or not self.old or self.old_currency != self.new_currency:
            return None
        return (self.new - self.old) / self.old

    @property
    def is_worth_a_look(self) -> bool:
        """Strictly more than a fifth, from 0, to no price, or in another currency."""
        if self.share is not None:
            return abs(self.share) > WORTH_A_LOOK
        return self.new != self.old or self.new_currency != self.old_currency


def price_moves(before: Iterable[ReferenceRow], after: Iterable[ReferenceRow]) -> list[PriceMove]:
    """Prices that are worth a look, the largest move first; of one prefix its first. Rows have as terms the rate per
    minute and the currency.

    A price that begins where the one before has ended is compared with that one: decks that are sent with an end each
    would otherwise never move a price.
    """
    moves: dict[tuple[str, str], PriceMove] = {}
    for each in differences(before, after):
        if each.kind != CARDS or each.last_before is None:
            continue
        old, old_currency = each.last_before
        new, new_currency = each.after or (None, None)
        move = PriceMove(
            each.carrier_name,
            each.key,
            each.first_day,
            Decimal(str(old)),
            None if old_currency is None else str(old_currency),
            None if new is None else Decimal(str(new)),
            None if new_currency is None else str(new_currency),
        )
        if move.is_worth_a_look:
            moves.setdefault((each.carrier_name, each.key), move)
    return sorted(moves.values(), key=_size, reverse=True)


def _size(move: PriceMove) -> tuple[bool, Decimal, str, str]:
    share = move.share
    return share is None, abs(share) if share is not None else Decimal(0), move.carrier_name, move.prefix


def in_force_rows(kind: str, rows: Iterable[Row], before: Iterable[Row], first_day: date, end: date) -> Iterator[Row]:
    """A delivery's rows as if each key's last one had been in force on all UTC days of `[first_day, end)`.

    Of the rows that were delivered before, those of the same keys that begin in between are taken out of the way: by a
    row whose expiry is its effective date, as any delivery would do it.
    """
    key = ("carrier_name", "prefix") if kind == CARDS else ("carrier_name",)
    last: dict[Values, Row] = {}
    for row in rows:
        if row["expiry_date"] != row["effective_date"]:
            known = last.get(_key(key, row))
            if known is None or _effective(known) < _effective(row):
                last[_key(key, row)] = row
    for row in last.values():
        yield {**row, "effective_date": first_day, "expiry_date": None}
    in_the_way = {
        (*_key(key, row), _effective(row)): row
        for row in before
        if _key(key, row) in last and first_day < _effective(row) < end
    }
    for row in in_the_way.values():
        yield {**row, "expiry_date": row["effective_date"]}


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Rows as the inbox takes them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode()


def _key(names: Sequence[str], row: Row) -> Values:
    return tuple(row[name] for name in names)


def _effective(row: Row) -> date:
    effective = row["effective_date"]
    if not isinstance(effective, date):
        raise TypeError("a row of a card or contract has an effective date")
    return effective


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
