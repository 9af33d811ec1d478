"""Days of a range that have no figures: a sum over less than its range has to say so."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from dashboard.block import show_block
from dashboard.figure_text import day_text, plural
from dashboard.plain_text import as_html
from dashboard.published import Figures
from dashboard.sql_files import query

MOST_NAMED = 6
"""So many days of one kind are named, the others counted; Health has them all."""


def show_missing_days(figures: Figures, first: date, last: date, of: str = "this range") -> None:
    """One line, or nothing when every day has figures. `of` names the range, once on a page."""
    by_status: dict[str, list[date]] = defaultdict(list)
    for day, status in figures.rows(query("days_without_figures"), {"first": first, "last": last}):
        by_status[status].append(day)
    if by_status:
        number = sum(map(len, by_status.values()))
        named = "; ".join(f"{status}: {_named(days)}" for status, days in by_status.items())
        text = f"{plural(number, 'day')} of {of} {'has' if number == 1 else 'have'} no figures ({named})"
        show_block(
            f'<p class="notice">{as_html(text)}. Sums are without them.</p>',
            key=f"missing_days_of_{of.replace(' ', '_')}",
        )


def _named(days: list[date]) -> str:
    more = f" and {len(days) - MOST_NAMED} more" if len(days) > MOST_NAMED else ""
    return ", ".join(map(day_text, days[:MOST_NAMED])) + more
