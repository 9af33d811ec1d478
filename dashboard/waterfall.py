"""A waterfall as SVG: from one total over steps to another. Floats are for positions only; labels are exact texts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dashboard.plain_text import as_html

ROW, LABELS, AMOUNTS, WIDTH = 26, 190, 110, 900
"""Pixels: a row's height, the columns of names and amounts, and the whole."""


def waterfall_svg(
    title: str, first: tuple[str, Decimal], steps: Sequence[tuple[str, Decimal]], last: tuple[str, Decimal]
) -> str:
    """One bar a row: the totals stand on the least level that is reached, the steps go on from where the last ended.

    Steps are small beside totals: the axis begins a little below the least level, and a line under the bars says where.
    """
    bars, level = [(*first, first[1], first[1], "total")], first[1]
    for name, amount in steps:
        bars.append((name, amount, level, level + amount, "up" if amount > 0 else "down"))
        level += amount
    bars.append((*last, last[1], last[1], "total"))
    levels = [edge for _, _, start, end, _ in bars for edge in (start, end)]
    low, high = min(levels), max(levels)
    room = (high - low) or abs(high) or Decimal(1)
    base = max(Decimal(0), low - room / 4) if low >= 0 else low - room / 4
    span = float(high - base) or 1.0
    left, right = LABELS, WIDTH - AMOUNTS

    def x(at: Decimal) -> float:
        return round(left + (right - left) * float(at - base) / span, 1)

    rows = []
    for number, (name, amount, start, end, kind) in enumerate(bars):
        y = number * ROW
        begin, finish = (left, x(end)) if kind == "total" else sorted((x(start), x(end)))
        sign = "+" if kind == "up" else ""
        rows.append(
            f'<text x="{LABELS - 10}" y="{y + 17}" text-anchor="end">{as_html(name)}</text>'
            f'<rect class="{kind}" x="{begin}" y="{y + 5}" width="{max(finish - begin, 1.5):.1f}" height="{ROW - 9}"/>'
            f'<text class="amount" x="{WIDTH - 4}" y="{y + 17}">{sign}{amount:,.6f}</text>'
        )
        if number < len(bars) - 1:
            rows.append(f'<line x1="{x(end)}" x2="{x(end)}" y1="{y + ROW - 4}" y2="{y + ROW + 5}"/>')
    height = ROW * len(bars) + 4
    if base:
        height += ROW
        rows.append(f'<text class="note" x="{LABELS}" y="{height - 8}">the bars begin at {base:,.2f}, not at 0</text>')
    said = as_html(f"{title}: {', '.join(f'{name} {amount:f}' for name, amount in (first, *steps, last))}")
    return f'<svg class="waterfall" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{said}">{"".join(rows)}</svg>'
