"""What `make check-inbox` prints of a delivery: its rejects, an invoice's sums, the prices that move, its worth.

What is compared with what, and in which order it is said, is `check_inbox.py`. What carriers wrote is shown with
control characters as escapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import pyarrow.parquet as pq

from cpm_assets.commands.report import print_table
from cpm_assets.domain.deliveries import WHOLE_FILE
from cpm_assets.domain.delivery_changes import PriceMove
from cpm_assets.domain.terminal_text import terminal_text
from cpm_assets.resources.delivery_trial import Costs, rows_of_file
from cpm_assets.resources.parsed_files import ReferenceFile

SHOWN = 20
"""Rows of a kind; how many more there are is said."""


def print_rejects(file: ReferenceFile) -> None:
    """Line and reason of each rejected row, by line."""
    if not file.rejected:
        return
    rejects = pq.read_table(file.rejects_path, columns=["line_number", "reason"]).to_pylist()
    print("\nRejected")
    for reject in sorted(rejects, key=lambda each: each["line_number"])[:SHOWN]:
        place = "the whole file" if reject["line_number"] == WHOLE_FILE else f"line {reject['line_number']}"
        print(f"  {place}: {terminal_text(reject['reason'])}")
    print_rest(len(rejects))


def print_invoice(file: ReferenceFile) -> None:
    """The invoice's days (as its lines have them, before the zone is told) and what it bills."""
    rows = rows_of_file(file)
    starts = [start for row in rows if (start := row["start_local"] or row["start_utc"])]
    if starts:
        print(
            f"\nLines from {min(starts):%Y-%m-%d} to {max(starts):%Y-%m-%d}; the days are reconciled once it is there"
        )
    totals: Counter[tuple[str, str]] = Counter()
    for row in rows:
        totals[row["line_kind"] or "", row["currency"] or ""] += row["charge_amount"] or Decimal(0)
    for (line_kind, currency), total in sorted(totals.items()):
        print(f"  {terminal_text(line_kind)}: {total:,.6f} {terminal_text(currency)}")


def print_moves(moves: Sequence[PriceMove]) -> None:
    """The prices that are worth a look, the largest move first."""
    print(f"\nPrices that move by more than 20 %: {len(moves)}")
    rows = [
        [
            each.carrier_name,
            each.prefix,
            str(each.first_day),
            f"{each.old} {each.old_currency or ''}".strip(),
            "no price" if each.new is None else f"{each.new} {each.new_currency or ''}".strip(),
            "" if each.share is None else f"{each.share:+.2%}",
        ]
        for each in moves[:SHOWN]
    ]
    if rows:
        print_table(["carrier", "prefix", "from", "old", "new", "change"], rows)
        print_rest(len(moves))


def print_worth(before: Costs, after: Costs) -> None:
    """A row for each carrier and currency whose cost or number of unrated legs moves (D27)."""
    rows = []
    for carrier, currency in sorted({*before, *after}, key=str):
        old, new = before.get((carrier, currency)), after.get((carrier, currency))
        old_cost, new_cost = (each.total if each else Decimal(0) for each in (old, new))
        old_unrated, new_unrated = (each.unrated_legs if each else 0 for each in (old, new))
        if (old_cost, old_unrated) != (new_cost, new_unrated):
            row = [carrier or "(none)", currency or "", f"{old_cost:,.6f}", f"{new_cost:,.6f}"]
            rows.append([*row, f"{new_cost - old_cost:+,.6f}", f"{old_unrated} to {new_unrated}"])
    if rows:
        print_table(["carrier", "currency", "cost", "with it", "change", "unrated legs"], rows)
    else:
        print("  none: every leg costs the same")


def print_rest(count: int) -> None:
    """How many were not shown."""
    if count > SHOWN:
        print(f"  … and {count - SHOWN} more")
