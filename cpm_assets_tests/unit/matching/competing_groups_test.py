"""Claims about what Dagster shows of the matching: how many groups competed, and how many were too large (D19)."""

from pathlib import Path

import duckdb

from cpm_assets.assets.materialization_metadata import table_metadata
from cpm_assets.domain.matching import CandidatePair, match_candidates
from cpm_assets.resources.warehouse_build import BuildReport, CompetingGroups, Models, competing_groups


def report(competing: CompetingGroups) -> BuildReport:
    return BuildReport((), Path("cpm.duckdb"), Models({}, {}, Path("compiled"), competing))


def test_groups_are_counted_by_whether_all_of_their_pairs_were_chosen_exactly() -> None:
    """Whoever disputes a flag has to know that time order decided it."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("create table int_invoice_matches_in_doubt (group_leg_id varchar, is_exact boolean)")
        assert competing_groups(connection) == CompetingGroups(0, 0, 0)
        connection.execute(
            "insert into int_invoice_matches_in_doubt values ('a', true), ('a', true), ('b', true), ('b', false),"
            " ('c', false), ('c', false), ('c', false)"
        )
        assert competing_groups(connection) == CompetingGroups(3, 2, 5)


def test_the_flags_materialization_says_it_and_no_other() -> None:
    """It is looked for where the flags are."""
    metadata = table_metadata(report(CompetingGroups(7, 2, 40)), "reconciliation_flags", [], ())
    assert metadata == {
        "competing_groups": 7,
        "competing_groups_solved_exactly": 5,
        "competing_groups_in_time_order": 2,
        "matches_in_time_order": 40,
    }
    assert table_metadata(report(CompetingGroups(7, 2, 40)), "reconciliation_daily", [], ()) == {}


def test_a_group_has_the_name_of_its_least_leg_whatever_the_order() -> None:
    """A count of names is a count of groups only if each has one."""
    line = ("Carrier", "INV-1", "1")
    other = ("Carrier", "INV-1", "2")
    pairs = [
        CandidatePair(3, "leg-9", line, 0, 0, 0),
        CandidatePair(3, "leg-2", line, 5, 0, 0),
        CandidatePair(3, "leg-2", other, 0, 0, 0),
        CandidatePair(3, "leg-5", ("Carrier", "INV-1", "3"), 0, 0, 0),
    ]
    for given in (pairs, pairs[::-1]):
        assert {match.leg: match.group for match in match_candidates(given)} == {
            "leg-9": "leg-2",
            "leg-2": "leg-2",
            "leg-5": "leg-5",
        }
