"""The What-if page: what a past period's real traffic would have cost with another carrier, and where switching pays.

Answers are made by `make what-if`; nothing is priced here. An answer is shown to whoever sees both carriers whole, for
prices can be worked out from it (`cpm_assets/domain/what_if.py`).
"""

from __future__ import annotations

import streamlit as st

from cpm_assets.domain.what_if import Scenario, is_shown
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.what_if_answers import Answer, Table, UnreadableAnswerError, answers
from cpm_assets.settings import Settings
from dashboard.block import show_block
from dashboard.figure_text import count_text, days_text, money_text, plural
from dashboard.heading import show_heading, show_section
from dashboard.missing_days import show_missing_days
from dashboard.plain_text import as_html
from dashboard.published import Figures
from dashboard.slicers import BOUND, published_facts
from dashboard.tables import list_html

SHOWN_PREFIXES = 200
"""The greatest savings; what is beyond is in the answer's file."""
HOW_TO_ASK = 'make what-if CARRIER="Carrier A" CANDIDATE="Carrier B" FIRST=2026-10-01 LAST=2026-10-31'
EXACT = 6

_HEADS = {
    "destination_region": "region",
    "currency": "currency",
    "candidate_currency": "candidate's currency",
    "legs": "legs",
    "unrated_legs": "unrated",
    "candidate_unrated_legs": "unrated by candidate",
    "total_cost": "cost",
    "candidate_cost": "candidate's cost",
    "saving": "saving",
}
_PREFIX_HEADS = {
    "destination_region": "region",
    "prefix": "prefix",
    "currency": "currency",
    "compared_legs": "compared legs",
    "compared_cost": "cost",
    "compared_candidate_cost": "candidate's cost",
    "saving": "saving",
}
_COUNTS = {"legs", "unrated_legs", "candidate_unrated_legs", "compared_legs"}
_TEXTS = {"destination_region", "prefix", "currency", "candidate_currency"}


def show(figures: Figures, settings: Settings) -> None:
    """One answer: its totals by currency, its regions, and the prefixes where the candidate is cheaper."""
    facts = published_facts(figures)
    found = [
        answer
        for answer in answers(DataDirectory(settings.data_dir).what_if)
        if is_shown(answer.scenario, figures.grants)
    ]
    if not found:
        show_heading("What-if", facts, "What another carrier would have charged for a past period's real traffic.")
        st.info("There is no answer to show: none was asked for, or none of carriers that you see. To ask:")
        st.code(HOW_TO_ASK, language="bash")
        return
    names = {_name(answer.scenario): answer for answer in found}
    with st.sidebar:
        chosen = st.selectbox("Question", list(names), key="question", bind=BOUND)
    answer = names[str(chosen)]
    show_heading("What-if", facts, f"{_name(answer.scenario)} · answered {answer.answered_at:%Y-%m-%d %H:%M} UTC")
    try:
        totals, regions, (heads, rows) = answer.totals(), answer.by_region(), answer.cheaper_prefixes()
    except UnreadableAnswerError:
        st.error("The rows of this answer cannot be read. Ask again where the pipeline runs:")
        st.code(HOW_TO_ASK, language="bash")
        return
    _say_what_is_unknown(answer)
    show_missing_days(figures, answer.scenario.first_day, answer.scenario.last_day, "this period")
    show_block(_table("By currency", totals, _HEADS), key="what_if_totals")
    show_section("By region")
    show_block(_table("Regions, by name", regions, _HEADS), key="what_if_regions")
    show_section("Where switching would pay")
    caption = "Prefixes where the candidate is cheaper"
    if len(rows) > SHOWN_PREFIXES:
        caption += f": the {SHOWN_PREFIXES} greatest savings of {plural(len(rows), 'prefix', 'prefixes')}"
    prefixes = _table(caption, (heads, rows[:SHOWN_PREFIXES]), _PREFIX_HEADS)
    show_block(prefixes, key="what_if_prefixes")


def _name(scenario: Scenario) -> str:
    """The question in a line: no two have the same."""
    priced = f", at prices of {scenario.priced_on}" if scenario.priced_on else ""
    days = days_text(scenario.first_day, scenario.last_day)
    return f"{scenario.carrier_name} as {scenario.candidate_carrier_name}, {days}{priced}"


def _say_what_is_unknown(answer: Answer) -> None:
    """As a block, so that a saved view says it too."""
    said = (
        "Costs are over all legs that the side has a price for. Saving is over the legs that both price in one "
        "currency; positive: switching would have paid; empty: nothing can be compared."
    )
    html = f'<p class="quiet">{as_html(said)}</p>'
    if answer.candidate_unrated_legs:
        unrated = (
            f"{count_text(answer.candidate_unrated_legs)} of {plural(answer.legs, 'leg')} have no price with the "
            "candidate: they are in none of its sums, and in no saving."
        )
        html += f"<p><strong>{as_html(unrated)}</strong></p>"
    show_block(html, key="what_if_unknown")


def _table(caption: str, table: Table, heads: dict[str, str]) -> str:
    columns, rows = table
    shown = [name for name in columns if name in heads]
    texts = [[_text(name, row[columns.index(name)]) for name in shown] for row in rows]
    return list_html(caption, [heads[name] for name in shown], texts, numbers=sum(name not in _TEXTS for name in shown))


def _text(column: str, value: object) -> str:
    """What is unknown stays empty: it is not 0."""
    if value is None:
        return ""
    if column in _TEXTS:
        return str(value)
    return count_text(value) if column in _COUNTS else money_text(value, EXACT)  # type: ignore[arg-type]
