"""The charts of the Trend page. Floats are for positions only; every label is a text made of the exact figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt

from dashboard.figure_text import EXACT_STEP, cpm_text, day_text

TRAILING, DAILY, ALERT, CHANGE = "#1d8797", "#8795a0", "#c2572e", "#7a63b8"
"""Told apart in both themes, and by shape as well: line, dots, triangles, dashed rules."""
DAYS_WITH_TICKS = 45
"""Up to so many days each has its tick; with more, Vega chooses."""


def trend_chart(
    days: Sequence[Mapping[str, Any]], failed: Mapping[Any, str], changes: Sequence[Mapping[str, Any]]
) -> alt.LayerChart:
    """Daily CPM and its trailing seven days, with failed checks (text by day) and days of rate changes marked."""
    points = [
        {
            "day": f"{row['usage_date']}T00:00:00",
            "cpm": None if row["cpm"] is None else float(row["cpm"]),
            "cpm_7d": None if row["cpm_7d"] is None else float(row["cpm_7d"]),
            "state": "final" if row["is_final"] else "provisional",
            "daily": cpm_text(row["cpm"], EXACT_STEP) or "none",
            "trailing": cpm_text(row["cpm_7d"], EXACT_STEP) or "none",
            "on": day_text(row["usage_date"]),
        }
        for row in days
    ]
    x = alt.X("day:T", axis=_days_axis(len(points)))
    base = alt.Chart(alt.Data(values=points)).encode(x=x)
    tips = [
        alt.Tooltip("on:N", title="day"),
        alt.Tooltip("daily:N", title="that day"),
        alt.Tooltip("trailing:N", title="seven days"),
        alt.Tooltip("state:N", title="state"),
    ]
    cpm = alt.Y("cpm:Q", axis=alt.Axis(title="cost per minute", format=".4f"), scale=alt.Scale(zero=False))
    layers: list[alt.Chart] = [
        base.mark_line(color=DAILY, strokeWidth=1, opacity=0.6).encode(y=cpm),
        base.mark_line(color=TRAILING, strokeWidth=2.5).encode(y=alt.Y("cpm_7d:Q", axis=alt.Axis(title=None))),
        base.transform_filter("datum.state == 'final'")
        .mark_point(color=DAILY, filled=True, size=55, opacity=1)
        .encode(y=cpm, tooltip=tips),
        base.transform_filter("datum.state != 'final'")
        .mark_point(color=DAILY, filled=False, size=70, strokeWidth=2, opacity=1)
        .encode(y=cpm, tooltip=tips),
    ]
    if failed:
        marks = [{"day": f"{day}T00:00:00", "what": what, "on": day_text(day)} for day, what in failed.items()]
        layers.append(
            alt.Chart(alt.Data(values=marks))
            .mark_point(shape="triangle-down", color=ALERT, filled=True, size=90, opacity=1)
            .encode(x=x, y=alt.value(6), tooltip=_texts("on", "what"))
        )
    if changes:
        marks = [
            {
                "day": f"{row['usage_date']}T00:00:00",
                "on": day_text(row["usage_date"]),
                "what": f"{row['carrier_name']}: {row['rates_up']} rates up, {row['rates_down']} down",
            }
            for row in changes
        ]
        layers.append(
            alt.Chart(alt.Data(values=marks))
            .mark_rule(color=CHANGE, strokeDash=[4, 3], strokeWidth=1.5)
            .encode(x=x, tooltip=_texts("on", "what"))
        )
    return alt.layer(*layers).properties(height=320)


def split_chart(steps: Sequence[tuple[str, Decimal, str]]) -> alt.LayerChart:
    """A waterfall: the first and the last step stand on zero, those between go on from where the one before ended."""
    bars, at = [], Decimal(0)
    for number, (name, amount, text) in enumerate(steps):
        stands = number in (0, len(steps) - 1)
        start = Decimal(0) if stands else at
        at = amount if stands else at + amount
        kind = "total" if stands else "up" if amount > 0 else "down"
        bars.append(
            {
                "step": name,
                "from": float(start),
                "to": float(at),
                "text": text,
                "kind": kind,
                "top": float(max(start, at)),
            }
        )
    base = alt.Chart(alt.Data(values=bars)).encode(
        x=alt.X("step:N", sort=None, axis=alt.Axis(title=None, labelAngle=0, labelLimit=90))
    )
    colors = alt.Scale(domain=["total", "up", "down"], range=[DAILY, ALERT, TRAILING])
    bar = base.mark_bar(size=38).encode(
        y=alt.Y("from:Q", axis=alt.Axis(title=None, labels=False, ticks=False, grid=False)),
        y2="to:Q",
        color=alt.Color("kind:N", scale=colors, legend=None),
        tooltip=_texts("step", "text"),
    )
    label = base.mark_text(dy=-8, color=DAILY, fontSize=12).encode(y="top:Q", text="text:N")
    return alt.layer(bar, label).properties(height=230)


def _days_axis(days: int) -> alt.Axis:
    ticks = {"tickCount": "day"} if days <= DAYS_WITH_TICKS else {}
    return alt.Axis(title=None, format="%-d %b", labelOverlap=True, grid=False, **ticks)


def _texts(*fields: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{field}:N", title=" ") for field in fields]
