"""One flag: both calculations side by side, what was decided about it before, and what is on its way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cpm_assets.domain.review_decisions import ReviewDecision
from dashboard.block import show_block
from dashboard.figure_text import day_text
from dashboard.plain_text import as_html
from dashboard.published import Figures
from dashboard.sql_files import query
from dashboard.tables import list_html

_SIDES = (
    ("start (UTC)", "leg_start_utc", "line_start_utc"),
    ("billed or stated seconds", "billed_seconds", "carrier_duration_seconds"),
    ("minutes compared", "internal_minutes", "carrier_minutes"),
    ("charge", "internal_charge", "carrier_charge"),
    ("currency", "currency", "carrier_currency"),
    ("file", "rate_card_file_sha256", "invoice_file_sha256"),
)
_TERMS = (
    ("called number", "destination_number"),
    ("region", "destination_region"),
    ("prefix", "matched_prefix"),
    ("rate per minute", "rate_per_minute"),
    ("connection fee", "connection_fee"),
    ("first increment, s", "initial_increment_seconds"),
    ("further increments, s", "increment_seconds"),
    ("least seconds", "minimum_seconds"),
    ("rounding", "rounding_mode"),
    ("match tier", "match_tier"),
)


def show_flag(figures: Figures, flag: dict[str, Any], pending: ReviewDecision | None) -> None:
    """The panel of a chosen flag."""
    where = " ".join(filter(None, (flag["invoice_number"], flag["line_number"])))
    head = (
        f"<h3>{as_html(flag['flag_type'].replace('_', ' '))}: {as_html(flag['carrier_name'])} {as_html(where)}</h3>"
        f'<p class="quiet">{as_html(day_text(flag["usage_date"]))}, worth {as_html(_text(flag["worth"]))} '
        f"{as_html(flag['currency'])}, flag {as_html(flag['flag_id'])}</p>"
    )
    sides = [[name, _text(flag[ours]), _text(flag[theirs])] for name, ours, theirs in _SIDES]
    terms = [[name, _text(flag[column])] for name, column in _TERMS if flag[column] is not None]
    decided = [
        [f"{row['decided_at_utc']:%Y-%m-%d %H:%M}", row["decided_by"], row["status"], row["note"] or "", _force(row)]
        for row in figures.records(query("decisions_of_flag"), {"flag_id": flag["flag_id"]})
    ]
    if pending:
        at = f"{pending.decided_at:%Y-%m-%d %H:%M}"
        decided.append([at, pending.decided_by, pending.status, pending.note, "pending: the next run takes it"])
    tables = [
        list_html("Both calculations", ["figure", "ours", "theirs"], sides, numbers=2),
        list_html("Our terms", ["term", "value"], terms, numbers=1),
        list_html("Decisions", ["when (UTC)", "who", "status", "note", "state"], decided),
    ]
    show_block(head + "<br>".join(tables), key="flag")


def _force(row: dict[str, Any]) -> str:
    return "in force" if row["is_in_force"] else ""


def _text(value: object) -> str:
    if value is None:
        return "none"
    return f"{value:,f}" if isinstance(value, Decimal) else str(value)
