"""Figures as people read them: the only place where a Decimal becomes text. Nothing here adds or divides money."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

UNRATED = "unrated"
NO_MINUTES = "no minutes"
NO_LEG = "no leg"
"""Where a figure stands alone; in a grid it is an empty cell."""
CPM_STEP = Decimal("0.0001")
EXACT_STEP = Decimal("0.00000001")
"""CPM as it is published."""


def cpm_text(cpm: Decimal | None, step: Decimal = CPM_STEP) -> str:
    """CPM with four decimals, half up; empty without one."""
    return "" if cpm is None else f"{cpm.quantize(step, ROUND_HALF_UP):,f}"


def cell_text(cpm: Decimal | None, unrated_legs: int, legs: int) -> str:
    """A cell: its CPM; else `unrated` if it has only unrated legs, `no minutes` if only fees; empty is empty."""
    if cpm is not None:
        return cpm_text(cpm)
    return NO_MINUTES if legs else UNRATED if unrated_legs else ""


def money_text(amount: Decimal | None, decimals: int = 2) -> str:
    """An amount, half up to so many decimals: 2 to read, 6 is exact."""
    return "" if amount is None else f"{amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"


def minutes_text(seconds: int | None) -> str:
    """Stored seconds as minutes with two decimals, half up, in integers."""
    if seconds is None:
        return ""
    hundredths = (2 * abs(seconds) * 100 + 60) // 120
    return f"{'-' if seconds < 0 else ''}{hundredths // 100:,}.{hundredths % 100:02}"


def count_text(number: int | None) -> str:
    """A whole number with thousands separated."""
    return "" if number is None else f"{number:,}"


def day_text(day: date) -> str:
    """2 Nov 2026."""
    return f"{day.day} {day:%b %Y}"


def days_text(first: date, last: date) -> str:
    """A range of days, both included."""
    return day_text(first) if first == last else f"{day_text(first)} to {day_text(last)}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """1 leg, 2 legs."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
