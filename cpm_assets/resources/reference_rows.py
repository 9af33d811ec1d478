"""Reference rows: what the parsed cards and contracts of the lake say, as `domain/recosting.py` compares it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from cpm_assets.domain.recosting import CARDS, CONTRACTS, ReferenceRow, Touched, touched_windows
from cpm_assets.resources.parsed_files import ReferenceFile

_PRICING = ("connection_fee", "initial_increment_seconds", "increment_seconds", "minimum_seconds", "currency")
_TERMS = {
    CARDS: ("destination_region", "rate_per_minute", *_PRICING),
    CONTRACTS: (*_PRICING, "increment_rule", "bills_attempts", "attempt_fee", "rounding_mode", "rounding_decimals"),
}
"""The columns that can move a leg's cost or region. A contract's layout, time zone and tolerances cannot."""

_NAMED_ZERO_RATES = 10

_PRICES: Mapping[str, tuple[str, ...]] = {CARDS: ("rate_per_minute", "currency"), CONTRACTS: ()}


def touched_between(before: Iterable[ReferenceFile], after: Iterable[ReferenceFile]) -> frozenset[Touched]:
    """Which carriers' cards and contracts differ between two sets of deliveries, and on which UTC days."""
    return _touched(_in_order_received(before), _in_order_received(after))


def rows_of(files: Iterable[ReferenceFile]) -> list[ReferenceRow]:
    """Every row of the cards and contracts among the deliveries, in the order received."""
    return list(_rows(_in_order_received(files)))


def price_rows_of(files: Iterable[ReferenceFile]) -> list[ReferenceRow]:
    """As `rows_of`, with the rate per minute and the currency alone as a card's terms; contracts without any.

    Contracts are among them because they say whether an expiry is inclusive.
    """
    return list(_rows(_in_order_received(files), _PRICES))


def earliest_days(files: Iterable[ReferenceFile]) -> list[date]:
    """For each file, a UTC day before which it touches nothing, whatever else is known: its first effective date.

    So a day that was closed years ago is compared with the few deliveries that reach back to it. A contract with
    inclusive expiry also moves cards that are older than itself.
    """
    asked = list(files)
    bounds = [_bounds(file.delivery.kind, file.rows_path) for file in asked]
    is_inclusive = any(has_inclusive for _, has_inclusive in bounds)
    return [
        date.min if is_inclusive and file.delivery.kind == CONTRACTS else first
        for file, (first, _) in zip(asked, bounds, strict=True)
    ]


def zero_rates(file: ReferenceFile) -> list[str]:
    """A sentence that names a card's rows with a rate of 0; nothing where none has one.

    0 is a rate (D4), and more often a cell that somebody forgot. Rows that remove one are not counted.
    """
    if file.delivery.kind != CARDS:
        return []
    columns = ["carrier_name", "prefix", "rate_per_minute", "effective_date", "expiry_date"]
    rows = pq.read_table(
        file.rows_path, columns=columns, filters=pc.field("rate_per_minute") == pc.scalar(Decimal(0))
    ).to_pylist()
    free = [f"{row['carrier_name']} {row['prefix']}" for row in rows if row["expiry_date"] != row["effective_date"]]
    if not free:
        return []
    more = f" and {len(free) - _NAMED_ZERO_RATES} more" if len(free) > _NAMED_ZERO_RATES else ""
    named = ", ".join(free[:_NAMED_ZERO_RATES])
    return [f"{len(free)} row(s) with a rate of 0, by which calls cost nothing: {named}{more}"]


@lru_cache(maxsize=10_000)
def _bounds(kind: str, path: Path) -> tuple[date, bool]:
    """A file's first effective date (the last of all days if nothing is priced by it); whether an expiry is inclusive.
    Remembered, as the files of the lake never change."""
    if kind not in _TERMS:
        return date.max, False
    rows = pq.read_table(path, columns=["effective_date", *(["expiry_is_inclusive"] if kind == CONTRACTS else ())])
    has_inclusive = kind == CONTRACTS and any(rows["expiry_is_inclusive"].to_pylist())
    return pc.min(rows["effective_date"]).as_py() or date.max, has_inclusive


def _in_order_received(files: Iterable[ReferenceFile]) -> tuple[tuple[str, Path], ...]:
    priced = [file for file in files if file.delivery.kind in _TERMS]
    priced.sort(key=lambda file: (file.delivery.received_at, file.delivery.sha256))
    return tuple((file.delivery.kind, file.rows_path) for file in priced)


@lru_cache(maxsize=64)
def _touched(before: tuple[tuple[str, Path], ...], after: tuple[tuple[str, Path], ...]) -> frozenset[Touched]:
    """Remembered: a sensor asks the same once a minute, and the files of the lake never change."""
    if before == after:
        return frozenset()
    return touched_windows(_rows(before), _rows(after))


def _rows(files: tuple[tuple[str, Path], ...], terms: Mapping[str, tuple[str, ...]] = _TERMS) -> Iterable[ReferenceRow]:
    for kind, path in files:
        for row in pq.read_table(path).to_pylist():
            yield ReferenceRow(
                kind=kind,
                carrier_name=row["carrier_name"],
                key=row.get("prefix") or "",
                effective_date=row["effective_date"],
                expiry_date=row["expiry_date"],
                terms=tuple(row[name] for name in terms[kind]),
                expiry_is_inclusive=bool(row.get("expiry_is_inclusive")),
            )
