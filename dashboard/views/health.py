"""The Health page: how fresh the figures are, what is final, and what is open, with where to go from here."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote

import streamlit as st

from cpm_assets.resources.clock import Clock
from cpm_assets.runbooks import runbook_link, runbook_page
from cpm_assets.settings import Settings
from dashboard.block import show_block
from dashboard.figure_text import EXACT_STEP, count_text, cpm_text, day_text, days_text, money_text, plural
from dashboard.heading import show_heading
from dashboard.published import Figures
from dashboard.slicers import Published, published_facts
from dashboard.sql_files import query
from dashboard.tables import Link, figures_html, list_html

MOST_ROWS = 100
WHEN = ("before", "after")


def show(figures: Figures, settings: Settings) -> None:
    """Freshness, finality, open checks, what came late, unknown carriers, and what was said yesterday."""
    facts = published_facts(figures)
    show_heading("Health", facts, "UTC days and instants")
    states = figures.records(query("day_states"))
    checks = figures.records(query("open_checks"))
    show_block(figures_html(_head(facts, states, checks)), key="health_head")
    show_block(_checks_html(checks, settings), key="health_checks")
    if "://" not in settings.runbooks_url:
        _show_runbooks(checks)
    show_block(_days_html(figures), key="health_days")
    show_block(_unknown_html(figures), key="health_unknown")
    show_block(_late_html(figures), key="health_late")
    show_block(_changes_html(figures), key="health_changes")
    if figures.shows("rejected_legs"):
        show_block(_rejects_html(figures), key="health_rejects")


def _head(facts: Published, states: list[dict[str, Any]], checks: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    age = Clock().now() - facts.published_at_utc.replace(tzinfo=UTC)
    of = {str(row["status"]): row for row in states}
    final = sum(of[name]["days"] for name in ("final", "restated") if name in of)
    last_final = max((of[name]["last_day"] for name in ("final", "restated") if name in of), default=None)
    unusable = sum(of[name]["days"] for name in ("failed", "rejected") if name in of)
    open_days = {row["usage_date"] for row in checks}
    return [
        ("Published", _age_text(age), "ago"),
        ("Figures up to", day_text(facts.last_day) if facts.last_day else "none", ""),
        ("Final", count_text(final), f"days, the last {day_text(last_final)}" if last_final else "days"),
        ("Failed or rejected", count_text(unusable), "day" if unusable == 1 else "days"),
        ("Open checks", count_text(len(checks)), f"on {plural(len(open_days), 'day')}" if checks else ""),
    ]


def _age_text(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds()) // 60)
    if minutes < 120:
        return plural(minutes, "minute")
    return plural(minutes // 60, "hour") if minutes < 48 * 60 else plural(minutes // (24 * 60), "day")


def _checks_html(checks: list[dict[str, Any]], settings: Settings) -> str:
    rows = [
        [
            day_text(row["usage_date"]),
            str(row["check_name"]),
            str(row["severity"]),
            Link("what to do", runbook_link(settings.runbooks_url, str(row["check_name"]))),
            Link("in Dagster", _dagster_link(settings, str(row["asset_name"]), str(row["check_name"]))),
            count_text(row["failing_rows"]),
        ]
        for row in checks
    ]
    heads = ["day", "check", "severity", "runbook", "check page", "rows"]
    return list_html("Open checks", heads, rows, numbers=1)


def _show_runbooks(checks: list[dict[str, Any]]) -> None:
    """The pages of the failed checks themselves, where they have no address."""
    for name in sorted({str(row["check_name"]) for row in checks}):
        with st.expander(f"What to do: {name}"):
            st.markdown(runbook_page(name))


def _dagster_link(settings: Settings, asset: str, check: str) -> str:
    return f"{settings.dagster_url}/assets/{quote(asset)}?view=checks&checkDetail={quote(check)}"


def _days_html(figures: Figures) -> str:
    rows = [
        [
            day_text(row["usage_date"]),
            row["status"],
            f"{row['last_good_at_utc']:%Y-%m-%d %H:%M}" if row["last_good_at_utc"] else "never",
            row["reason"] or "",
            count_text(row["legs_received"]),
            count_text(row["legs_rejected"]),
            count_text(row["unrated_legs"]),
        ]
        for row in figures.records(query("latest_days"), {"most": MOST_ROWS})
    ]
    heads = ["day", "status", "figures of", "reason", "legs", "rejected", "unrated"]
    return list_html("Days, the latest first", heads, rows, numbers=3)


def _unknown_html(figures: Figures) -> str:
    rows = [
        [
            row["carrier_name"],
            days_text(row["first_day"], row["last_day"]),
            "its day was rejected" if row["is_rejected"] else "tolerated",
            count_text(row["legs"]),
        ]
        for row in figures.records(query("unknown_carriers"))
    ]
    return list_html("Unknown carriers", ["carrier", "days", "what came of it", "legs"], rows, numbers=1)


def _late_html(figures: Figures) -> str:
    rows = [
        [
            day_text(row["usage_date"]),
            f"version {row['version']}",
            f"{row['known_from_utc']:%Y-%m-%d %H:%M}",
            row["reason"] or "",
            count_text(row["legs_delta"]),
            f"{money_text(row['total_cost_delta'], 6)} {row['currency']}" if row["currency"] else "",
        ]
        for row in figures.records(query("late_versions"), {"most": MOST_ROWS})
    ]
    heads = ["day", "version", "known from", "why", "legs", "cost"]
    return list_html("What came after a day was closed", heads, rows, numbers=2)


def _changes_html(figures: Figures) -> str:
    changes = figures.records(query("latest_changes"), {"most": MOST_ROWS})
    rows = [
        [
            f"{row['changed_at_utc']:%Y-%m-%d %H:%M}",
            day_text(row["usage_date"]),
            f"{row['carrier_name'] or '(no carrier)'} to {row['destination_region']}",
            row["cause"],
            f"{_moved(*(money_text(row[f'total_cost_{when}'], 6) for when in WHEN))} {row['currency']}",
            _moved(*(cpm_text(row[f"cpm_{when}"], EXACT_STEP) for when in WHEN)),
        ]
        for row in changes
    ]
    shown = f" (the latest {MOST_ROWS} of {changes[0]['changes']:,})" if len(changes) == MOST_ROWS else ""
    heads = ["changed", "day", "figure", "cause", "cost", "cost per minute"]
    return list_html(f"Yesterday it said: figures that moved after they were published{shown}", heads, rows, numbers=2)


def _moved(before: str, after: str) -> str:
    return f"{before or 'none'} → {after or 'none'}"


def _rejects_html(figures: Figures) -> str:
    rows = [
        [row["kind"], row["reason"], f"{row['last_at_utc']:%Y-%m-%d %H:%M}", count_text(row["rejected"])]
        for row in figures.records(query("rejected_input"), {"most": MOST_ROWS})
    ]
    return list_html("Input that could not be read", ["kind", "reason", "last received", "rows"], rows, numbers=1)
