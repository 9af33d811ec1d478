"""The Trend page: CPM over time, what happened on the way, and why one period cost more than the one before."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import streamlit as st

from cpm_assets.runbooks import runbook_link
from cpm_assets.settings import Settings
from dashboard.block import show_block
from dashboard.change_split import Periods, Split, halves, latest, split_of
from dashboard.chart import show_chart
from dashboard.figure_text import (
    EXACT_STEP,
    count_text,
    cpm_text,
    day_text,
    days_text,
    minutes_text,
    money_text,
    plural,
)
from dashboard.heading import show_heading, show_section, what_is_shown
from dashboard.missing_days import show_missing_days
from dashboard.published import Figures
from dashboard.segment import Segment, carrier_and_place
from dashboard.slicers import (
    BOUND,
    Published,
    choose_carriers,
    choose_currency,
    choose_days,
    choose_regions,
    published_facts,
    range_of,
)
from dashboard.sql_files import query
from dashboard.tables import Link, list_html
from dashboard.trend_chart import split_chart, trend_chart

CPM_CHANGE_STEP = Decimal("0.000001")
HALVES, OWN = "Halves of the range", "Two periods"
COMPARED = {"Last 7 days": 7, "Last 30 days": 30}


def show(figures: Figures, settings: Settings) -> None:
    """The trend of the chosen carriers and regions by UTC day, and a comparison of two periods."""
    facts = published_facts(figures)
    with st.sidebar:
        currency = choose_currency(figures)
        first, last = choose_days(facts)
        carriers, regions = choose_carriers(figures), choose_regions(figures)
    if currency is None:
        show_heading("Trend", facts, "No day has figures yet.")
        return
    segment = Segment(currency, first, last, carriers=carriers, regions=regions)
    show_heading("Trend", facts, what_is_shown(segment))
    show_missing_days(figures, segment.first, segment.last)
    _show_trend(figures, segment, settings)
    _show_split(figures, segment, facts)


def _show_trend(figures: Figures, segment: Segment, settings: Settings) -> None:
    chosen, values = carrier_and_place(segment)
    range_ = {"first": segment.first, "last": segment.last}
    days = figures.records(query("trend", chosen=chosen), {**values, **range_, "currency": segment.currency})
    checks = figures.records(query("failed_checks"), range_)
    changes = figures.records(query("rate_changes", chosen=chosen), {**values, **range_})
    failed: dict[date, list[str]] = defaultdict(list)
    for check in checks:
        failed[check["usage_date"]].append(check["check_name"])
    show_chart(
        trend_chart(days, {day: ", ".join(names) for day, names in failed.items()}, changes),
        "Cost per minute by day and over the trailing seven days; the table below has the same figures.",
    )
    provisional = [row["usage_date"] for row in days if row["cpm"] is not None and not row["is_final"]]
    show_block(_legend(segment, len(provisional)), key="trend_legend")
    with st.expander("The days as a table"):
        show_block(list_html(*_day_rows(days, failed, segment.currency), numbers=5), key="trend_days")
    if checks:
        rows = [
            [
                str(check["usage_date"]),
                check["check_name"],
                "waived" if check["is_waived"] else check["severity"],
                Link("what to do", runbook_link(settings.runbooks_url, check["check_name"])),
                count_text(check["failing_rows"]),
            ]
            for check in checks
        ]
        heads = ["day", "check", "severity", "runbook", "rows"]
        with st.expander(f"{plural(len(checks), 'failed check')} on {plural(len(failed), 'day')}"):
            show_block(list_html("Failed checks", heads, rows, numbers=1), key="trend_checks")
    if changes:
        rows = [
            [str(row["usage_date"]), row["carrier_name"], count_text(row["rates_up"]), count_text(row["rates_down"])]
            for row in changes
        ]
        heads = ["from", "carrier", "rates up", "rates down"]
        with st.expander(f"Rate cards changed on {plural(len({row['usage_date'] for row in changes}), 'day')}"):
            show_block(list_html("Rate-card changes", heads, rows, numbers=2), key="trend_changes")


def _legend(segment: Segment, provisional: int) -> str:
    return (
        '<p class="legend quiet"><span>━ trailing seven days, weighted</span><span>● a final day</span>'
        f"<span>○ a provisional day: may still move ({provisional} shown)</span>"
        "<span>▼ a day with failed checks</span><span>┆ a rate card changed</span></p>"
    )


def _day_rows(
    days: list[dict[str, object]], failed: dict[date, list[str]], currency: str
) -> tuple[str, list[str], list[list[str | Link]]]:
    rows: list[list[str | Link]] = []
    for row in reversed(days):
        day: date = row["usage_date"]  # type: ignore[assignment]
        rows.append(
            [
                day_text(day),
                f"{row['status']}{': ' + str(row['reason']) if row['reason'] else ''}",
                ", ".join(failed.get(day, ())),
                cpm_text(row["cpm"], EXACT_STEP),  # type: ignore[arg-type]
                cpm_text(row["cpm_7d"], EXACT_STEP),  # type: ignore[arg-type]
                count_text(row["days_in_window"]),  # type: ignore[arg-type]
                money_text(row["total_cost"], 6),  # type: ignore[arg-type]
                minutes_text(row["billed_seconds"]),  # type: ignore[arg-type]
            ]
        )
    heads = ["day", "state", "failed checks", "CPM", "CPM of 7 days", "days of 7", f"cost, {currency}", "minutes"]
    return "By day, the latest first", heads, rows


def _show_split(figures: Figures, segment: Segment, facts: Published) -> None:
    show_section("Why it changed")
    periods = _choose_periods(segment)
    if periods is None:
        st.info("Choose a range of at least two days, or two periods of which the later begins after the earlier.")
        return
    split = split_of(figures, segment, periods)
    earlier = days_text(periods.earlier_first, periods.earlier_last)
    later = days_text(periods.later_first, periods.later_last)
    st.caption(
        f"{later} against {earlier}, UTC days as closed. Price: rates and rounding. Mix: minutes went to dearer or "
        "cheaper carriers and destinations. Volume: more or fewer minutes. Fees: connection and attempt fees a minute."
    )
    show_missing_days(figures, periods.earlier_first, periods.earlier_last, "the earlier period")
    show_missing_days(figures, periods.later_first, periods.later_last, "the later period")
    cost, cpm = st.columns(2, gap="large")
    with cost:
        _show_steps("Cost", segment.currency, _cost_steps(split), money_text, key="split_cost")
    with cpm:
        if split.cpm_price is None:
            st.markdown("**Cost per minute**")
            st.info(_why_no_cpm_split(split))
        else:
            _show_steps("Cost per minute", segment.currency, _cpm_steps(split), _cpm_step_text, key="split_cpm")


def _choose_periods(segment: Segment) -> Periods | None:
    how = st.segmented_control(
        "Compare", [HALVES, *COMPARED, OWN], default=HALVES, required=True, key="compare", bind=BOUND
    )
    if how == HALVES:
        return halves(segment.first, segment.last)
    if how in COMPARED:
        return latest(segment.last, COMPARED[str(how)])
    start = halves(segment.first, segment.last) or latest(segment.last, 1)
    left, right = st.columns(2)
    with left:
        earlier = st.date_input(
            "Earlier period", (start.earlier_first, start.earlier_last), format="YYYY-MM-DD", key="earlier", bind=BOUND
        )
    with right:
        later = st.date_input(
            "Later period", (start.later_first, start.later_last), format="YYYY-MM-DD", key="later", bind=BOUND
        )
    before, after = range_of(earlier), range_of(later)
    return Periods(*before, *after) if before and after and before[1] < after[0] else None


Step = tuple[str, Decimal]


def _cost_steps(split: Split) -> list[Step]:
    return [
        ("before", split.cost_before),
        ("price", split.price),
        ("mix", split.mix),
        ("volume", split.volume),
        ("after", split.cost_after),
    ]


def _cpm_steps(split: Split) -> list[Step]:
    parts = [split.cpm_before, split.cpm_price, split.cpm_mix, split.cpm_fees, split.cpm_after]
    return [
        (name, part)
        for name, part in zip(("before", "price", "mix", "fees", "after"), parts, strict=True)
        if part is not None
    ]


def _show_steps(title: str, currency: str, steps: list[Step], text, key: str) -> None:  # type: ignore[no-untyped-def]
    last = len(steps) - 1
    signed = [
        (name, amount, text(amount) if at in (0, last) or amount <= 0 else f"+{text(amount)}")
        for at, (name, amount) in enumerate(steps)
    ]
    st.markdown(f"**{title}**")
    show_chart(split_chart(signed), f"{title}: {', '.join(f'{name} {shown}' for name, _, shown in signed)}")
    decimals = EXACT_STEP if text is _cpm_step_text else Decimal("0.000001")
    rows = [[name, f"{amount.quantize(decimals):,f}"] for name, amount in steps]
    show_block(list_html(f"{title}, exact", ["step", currency], rows, numbers=1), key=key)


def _cpm_step_text(amount: Decimal) -> str:
    return cpm_text(amount, CPM_CHANGE_STEP)


def _why_no_cpm_split(split: Split) -> str:
    if not (split.seconds_before and split.seconds_after):
        return "One of the periods has no billed minutes: there is no cost per minute to compare."
    return "Fees are told apart from legs, which are not published as far back as the earlier period begins."
