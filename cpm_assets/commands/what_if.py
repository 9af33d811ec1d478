"""`make what-if`: a carrier's past traffic at another one's prices, printed by currency and by region."""

from __future__ import annotations

from cpm_assets.commands.report import print_table
from cpm_assets.commands.session import Session, session
from cpm_assets.commands.terminal import say
from cpm_assets.domain.what_if import Scenario
from cpm_assets.resources.what_if_answers import Answer, Table, answers

UNANSWERED = 1
SHOWN_PREFIXES = 15
LEFT_OUT = ("billed_seconds", "candidate_billed_seconds", "compared_legs", "compared_cost", "compared_candidate_cost")
"""Columns that the answer has and a terminal has no room for."""


def run_what_if(scenario: Scenario) -> int:
    """Run the asset over the scenario, and print its answer; 0, or 1 when there is none."""
    with session() as opened:
        return answer(opened, scenario)


def answer(opened: Session, scenario: Scenario) -> int:
    """As `run_what_if`, in a session."""
    stated = {name: text or "" for name, text in scenario.stated().items()}
    config = {"ops": {"what_if": {"config": stated}}}
    if not opened.run("what_if_job", scenario.last_day, config=config):
        return UNANSWERED
    found = answers(opened.installation.directory.what_if)
    print_answer(next(each for each in found if each.scenario == scenario))
    return 0


def print_answer(found: Answer) -> None:
    """The totals by currency, the regions, and the prefixes where the candidate is cheaper."""
    scenario = found.scenario
    priced = f", at prices of {scenario.priced_on}" if scenario.priced_on else ""
    print(
        f"Traffic of {scenario.carrier_name}, {scenario.first_day} to {scenario.last_day}, "
        f"as {scenario.candidate_carrier_name} would charge it{priced}\n"
    )
    _print(found.totals())
    print("\nBy region")
    _print(found.by_region())
    headings, rows = found.cheaper_prefixes()
    print(f"\nPrefixes where {scenario.candidate_carrier_name} is cheaper: {len(rows)}")
    _print((headings, rows[:SHOWN_PREFIXES]))
    if found.candidate_unrated_legs:
        say(
            f"{found.candidate_unrated_legs} of {found.legs} legs have no price under "
            f"{scenario.candidate_carrier_name}: they are in none of its sums, and in no saving"
        )


def _print(table: Table) -> None:
    """What is not known or cannot be compared stays empty: it is not 0."""
    headings, rows = table
    shown = [n for n, heading in enumerate(headings) if heading not in LEFT_OUT]
    texts = [["" if row[n] is None else str(row[n]) for n in shown] for row in rows]
    print_table([headings[n] for n in shown], texts)
