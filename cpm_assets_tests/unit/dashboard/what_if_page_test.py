"""Claims about the What-if page over two answers, written as `make what-if` writes them."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cpm_assets.domain.access_policy import Grant
from cpm_assets.domain.what_if import Scenario
from cpm_assets_tests.published_files import MARKUP, publish
from cpm_assets_tests.unit.dashboard.conftest import OpenPage
from cpm_assets_tests.unit.dashboard.page_tables import block_html, elements_of, grid, has_block, texts

ROWS = """
select * from (values
    ('Germany', '49', 'USD', 'USD', 4, 0, 0, 240, 240, 2.000000, 1.250000, 4, 2.000000, 1.250000, 0.750000),
    ('France', '33', 'USD', 'USD', 3, 0, 1, 180, 120, 0.500000, 0.900000, 2, 0.400000, 0.900000, -0.500000),
    ('Spain', '34', 'USD', null, 2, 0, 2, 120, null, 0.300000, null, 0, null, null, null)
) as answer (
    destination_region, prefix, currency, candidate_currency, legs, unrated_legs, candidate_unrated_legs,
    billed_seconds, candidate_billed_seconds, total_cost, candidate_cost, compared_legs, compared_cost,
    compared_candidate_cost, saving
)
"""
FIRST, LAST = date(2026, 10, 24), date(2026, 10, 26)


def _answer(root: Path, scenario: Scenario) -> None:
    directory = root / "what_if"
    directory.mkdir(exist_ok=True)
    rows = directory / f"{scenario.scenario_id}.parquet"
    duckdb.sql(ROWS).write_parquet(str(rows))
    stated = {"answered_at_utc": "2026-10-28T12:00:00+00:00", "published_version": "v", "legs": 9}
    text = json.dumps({**scenario.stated(), **stated, "candidate_unrated_legs": 3})
    rows.with_suffix(".json").write_text(text)


@pytest.fixture
def root(marts: Path, tmp_path: Path) -> Path:
    publish(tmp_path, marts)
    return tmp_path


def test_without_an_answer_it_says_how_to_ask(open_page: OpenPage, root: Path) -> None:
    """An empty page is a fault to whoever came for an answer."""
    page = open_page(root, page="what_if")
    assert "no answer" in page.info[0].value
    assert page.code[0].value.startswith("make what-if ")


def test_regions_and_savings_are_the_answers_own(open_page: OpenPage, root: Path) -> None:
    """What cannot be compared must not look like a saving of nothing, nor a loss like a gain."""
    _answer(root, Scenario("Acme", "Bison", FIRST, LAST))
    page = open_page(root, page="what_if")
    regions = grid(page, "what_if_regions")
    assert (regions["Germany", "candidate's cost"], regions["Germany", "saving"]) == ("1.250000", "0.750000")
    assert regions["France", "saving"] == "-0.500000"
    assert ("Spain", "saving") not in regions
    assert ("Spain", "candidate's cost") not in regions
    assert "3 of 9 legs" in texts(page, "what_if_unknown"), "and in a saved view"
    assert {row for row, _ in grid(page, "what_if_prefixes")} == {"Germany"}, "only where it pays"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"carrier_name": 7}'])
def test_a_damaged_answer_hides_no_other(open_page: OpenPage, root: Path, content: str) -> None:
    """One file that a full disk cut off must not take the page away."""
    _answer(root, Scenario("Acme", "Bison", FIRST, LAST))
    (root / "what_if" / "damaged.json").write_text(content)
    assert ("Germany", "saving") in grid(open_page(root, page="what_if"), "what_if_regions")


def test_an_answer_whose_rows_are_damaged_says_so(open_page: OpenPage, root: Path) -> None:
    """A page that stops with a program's error says nothing of what to do."""
    scenario = Scenario("Acme", "Bison", FIRST, LAST)
    _answer(root, scenario)
    (root / "what_if" / f"{scenario.scenario_id}.parquet").write_bytes(b"PAR1")
    page = open_page(root, page="what_if")
    assert "cannot be read" in page.error[0].value
    assert page.code[0].value.startswith("make what-if ")


def test_a_carriers_name_stays_text(open_page: OpenPage, root: Path) -> None:
    """A carrier's name is in the heading, and comes from outside."""
    _answer(root, Scenario(MARKUP, "Bison", FIRST, LAST))
    page = open_page(root, page="what_if")
    assert MARKUP in texts(page, "heading")
    assert "script" not in elements_of(block_html(page, "heading"))


def test_who_does_not_see_both_carriers_sees_no_answer(
    open_page: OpenPage, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The candidate's prices can be worked out from an answer, and its name tells who was asked for an offer."""
    _answer(root, Scenario("Acme", "Bison", FIRST, LAST))
    for grant in (Grant("Acme", "*"), Grant("Bison", "*"), Grant("*", "Germany"), Grant("*", "*")):
        is_seen = grant == Grant("*", "*")
        monkeypatch.setattr("dashboard.published._OpenVersion.grants", lambda *_, of=grant: frozenset({of}))
        assert has_block(open_page(root, page="what_if"), "what_if_regions") == is_seen
