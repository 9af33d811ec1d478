"""Claims about `cpm_assets.domain.what_if`."""

from datetime import date

import pytest

from cpm_assets.domain.access_policy import EVERYTHING, Grant
from cpm_assets.domain.what_if import Scenario, WhatIfError, is_shown, scenario_stated

SCENARIO = Scenario("Acme", "Zenith", date(2026, 10, 1), date(2026, 10, 31))


def test_a_scenario_is_read_back_as_it_was_stated() -> None:
    """An answer that cannot say its question is a number without a meaning."""
    for scenario in (SCENARIO, Scenario("A", "B", date(2026, 1, 1), date(2026, 1, 1), date(2027, 1, 1))):
        assert scenario_stated(scenario.stated()) == scenario


def test_the_same_question_has_one_answer_and_another_one_its_own() -> None:
    """Asked twice, two answers would stand side by side; and another question must not replace this one."""
    again = Scenario("Acme", "Zenith", date(2026, 10, 1), date(2026, 10, 31))
    other = Scenario("Zenith", "Acme", date(2026, 10, 1), date(2026, 10, 31))
    assert again.scenario_id == SCENARIO.scenario_id != other.scenario_id


@pytest.mark.parametrize(
    ("carrier", "candidate", "first", "last"),
    [("Acme", "Zenith", 2, 1), ("", "Zenith", 1, 1), ("Acme", "", 1, 1)],
)
def test_a_question_that_makes_no_sense_is_refused(carrier: str, candidate: str, first: int, last: int) -> None:
    """A period that is the wrong way round has no legs, and would look like a carrier without traffic."""
    with pytest.raises(WhatIfError):
        Scenario(carrier, candidate, date(2026, 10, first), date(2026, 10, last))


@pytest.mark.parametrize(
    ("grants", "shown"),
    [
        (EVERYTHING, True),
        ({Grant("Acme", "*"), Grant("Zenith", "*")}, True),
        ({Grant("*", "Germany")}, False),
        ({Grant("Acme", "*")}, False),
        ({Grant("Acme", "*"), Grant("Zenith", "Germany")}, False),
        (set(), False),
    ],
)
def test_an_answer_is_shown_to_those_who_see_both_carriers_whole(grants: set[Grant], shown: bool) -> None:
    """The candidate's prices can be worked out from an answer."""
    assert is_shown(SCENARIO, grants) is shown
