"""The report: what a person reads at the terminal after the demonstration, from the published file alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from cpm_assets.domain.terminal_text import terminal_text

UNRATED = "unrated"


def print_matrix(published: Path, first: date, last: date) -> None:
    """Destination region × carrier, re-weighted over the days (D10), one currency at a time (D27)."""
    cells = _query(
        published,
        "select currency, destination_region, carrier_name, cost_per_minute(sum(total_cost), sum(billed_seconds)), "
        "sum(unrated_legs) from cpm_daily where usage_date between $first and $last group by all order by all",
        first,
        last,
    )
    for currency in sorted({cell[0] for cell in cells}):
        of_currency = [cell for cell in cells if cell[0] == currency]
        carriers = sorted({cell[2] for cell in of_currency})
        by_place = {(region, carrier): (cpm, unrated) for _, region, carrier, cpm, unrated in of_currency}
        rows = []
        for region in sorted({cell[1] for cell in of_currency}):
            rows.append([region, *(_cell(by_place.get((region, carrier))) for carrier in carriers)])
        print(f"\nCost per minute, {first} to {last}, {currency}")
        print_table(["destination region", *carriers], rows)


def print_day_figures(published: Path, day: date) -> None:
    """One day's sums by carrier and region, and in all, one currency at a time (D27)."""
    rows = _query(
        published,
        "select currency, coalesce(carrier_name, 'all carriers'), coalesce(destination_region, 'all regions'), "
        "sum(legs), sum(unrated_legs), sum(billed_seconds), sum(total_cost), "
        "cost_per_minute(sum(total_cost), sum(billed_seconds)) "
        "from cpm_daily where usage_date between $first and $last "
        "group by grouping sets ((currency, carrier_name, destination_region), (currency)) "
        "order by currency, grouping(carrier_name), carrier_name, destination_region",
        day,
        day,
    )
    headers = ["currency", "carrier", "destination region", "legs", "unrated", "billed seconds", "cost", "CPM"]
    print_table(headers, [[_text(v) for v in row] for row in rows])


def print_days(published: Path, first: date, last: date) -> None:
    """Each day's status and why."""
    rows = _query(
        published,
        "select usage_date, status, legs_received, legs_rejected, unrated_legs, reason "
        "from day_status where usage_date between $first and $last order by usage_date",
        first,
        last,
    )
    print("\nDays (UTC)")
    print_table(["day", "status", "legs", "rejected", "unrated", "reason"], [[_text(v) for v in row] for row in rows])


def print_failed_checks(published: Path, first: date, last: date) -> None:
    """Which checks failed, on which day, and how many rows."""
    rows = _query(
        published,
        "select check_name, usage_date, severity, failing_rows, 'docs/runbooks/' || check_name || '.md' "
        "from check_results where not is_passed and usage_date between $first and $last order by all",
        first,
        last,
    )
    print("\nChecks that failed")
    print_table(["check", "day", "severity", "rows", "runbook"], [[_text(v) for v in row] for row in rows])


def print_flags(published: Path, first: date, last: date) -> None:
    """What is flagged between our figures and the carriers' invoices."""
    rows = _query(
        published,
        "select carrier_name, flag_type, count(*), sum(internal_charge), sum(carrier_charge), currency "
        "from reconciliation_flags where usage_date between $first and $last group by all order by all",
        first,
        last,
    )
    print("\nFlagged against the invoices")
    headers = ["carrier", "flag", "flags", "our charge", "their charge", "currency"]
    print_table(headers, [[_text(v) for v in row] for row in rows])


def checks_that_failed(published: Path, first: date, last: date) -> set[tuple[str, str]]:
    """(check, UTC day) of each failed check."""
    rows = _query(
        published,
        "select check_name, usage_date from check_results where not is_passed and usage_date between $first and $last",
        first,
        last,
    )
    return {(name, day.isoformat()) for name, day in rows}


def _query(published: Path, sql: str, first: date, last: date) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(published.resolve()), read_only=True) as connection:
        return connection.execute(sql, {"first": first, "last": last}).fetchall()


def _cell(value: tuple[Any, int] | None) -> str:
    if value is None:
        return ""
    cpm, unrated = value
    return UNRATED if cpm is None and unrated else f"{cpm:.4f}" if cpm is not None else ""


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; a name that a carrier wrote cannot move the cursor."""
    if not rows:
        print("  none")
        return
    rows = [[terminal_text(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in (headers, *rows)) for n in range(len(headers))]
    for row in (headers, *rows):
        print("  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
