"""Claims about `cpm_assets.domain.matching`: the pairs chosen are the best there are, and always the same ones.

The reference here tries every possible set of pairs; it shares no code with the solver.
"""

import random
import time
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from cpm_assets.domain.matching import CandidatePair, Match, connected_groups, match_candidates

SECOND = 1_000_000


def pair(leg: str, line: str, distance: int = 0, tier: int = 3, leg_start: int = 0, line_start: int = 0):
    return CandidatePair(tier, leg, ("Carrier", "INV-1", line), distance, leg_start, line_start)


def chosen(matches: list[Match]) -> list[tuple[str, str]]:
    return [(match.leg, match.line[2]) for match in matches]


def best_by_trying_everything(pairs: list[CandidatePair]) -> list[tuple[str, tuple[str, str, str]]]:
    """All one-to-one sets of pairs, ranked as D19 says: most pairs, least distance, then legs in id order."""
    found: list[tuple[str, tuple[str, str, str]]] = []
    for tier in sorted({p.tier for p in pairs}):
        used = {leg for leg, _ in found} | {line for _, line in found}
        left = [p for p in pairs if p.tier == tier and p.leg not in used and p.line not in used]
        legs = sorted({p.leg for p in left})
        lines = sorted({p.line for p in left})
        ranked = []
        for size in range(min(len(legs), len(lines)) + 1):
            for some in combinations(left, size):
                line_of = {p.leg: p.line for p in some}
                if len(line_of) == size == len(set(line_of.values())):
                    choice = [lines.index(line_of[leg]) if leg in line_of else len(lines) for leg in legs]
                    ranked.append((-size, sum(p.distance for p in some), choice, sorted(line_of.items())))
        found += min(ranked)[3]
    return sorted(found)


@st.composite
def small_problems(draw: st.DrawFn) -> list[CandidatePair]:
    """Up to 4 legs x 4 lines, few distinct distances so that ties are common, a line always of one tier."""
    edges = draw(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12))
    tiers = draw(st.lists(st.sampled_from([1, 2, 3, 3, 3]), min_size=4, max_size=4))
    distances = st.sampled_from([0, 1, 2, 3, SECOND])
    return [pair(f"leg-{leg}", str(line), draw(distances), tiers[line]) for leg, line in sorted(edges)]


@given(small_problems(), st.randoms(use_true_random=False))
def test_the_choice_is_the_best_of_all_and_does_not_depend_on_the_order_of_the_pairs(
    pairs: list[CandidatePair], order: random.Random
) -> None:
    """A worse choice would flag honest lines; one that depends on row order would change flag ids from run to run."""
    name = {pair.leg: min(each.leg for each in group) for group in connected_groups(pairs) for pair in group}
    expected = [Match(leg, line, True, name[leg]) for leg, line in best_by_trying_everything(pairs)]
    shuffled = list(pairs)
    order.shuffle(shuffled)
    assert match_candidates(shuffled) == expected


def test_more_pairs_come_before_a_smaller_distance() -> None:
    """Taking the closest pair first would leave two records alone, and flag both as missing."""
    pairs = [pair("a", "1", 0), pair("a", "2", 4 * SECOND), pair("b", "1", 4 * SECOND)]
    assert chosen(match_candidates(pairs)) == [("a", "2"), ("b", "1")]


def test_the_least_total_distance_wins_among_as_many_pairs() -> None:
    """Two calls to one number in one minute would be charged to each other."""
    pairs = [pair("a", "1", 3), pair("a", "2", 1), pair("b", "1", 1), pair("b", "2", 0)]
    assert chosen(match_candidates(pairs)) == [("a", "2"), ("b", "1")]


def test_calls_that_nothing_tells_apart_are_paired_by_their_ids() -> None:
    """Without a rule for ties a flag would wander between equal calls from run to run."""
    pairs = [pair(leg, line) for leg in "cba" for line in "321"]
    assert chosen(match_candidates(pairs)) == [("a", "1"), ("b", "2"), ("c", "3")]


def test_a_stronger_tier_takes_its_leg_first() -> None:
    """A line that names the leg would lose it to one that is merely close in time."""
    pairs = [pair("a", "1", 9 * SECOND, tier=1), pair("a", "2", 0, tier=3)]
    assert chosen(match_candidates(pairs)) == [("a", "1")]


def test_no_pairs_give_no_matches() -> None:
    """Most days have no leg in doubt."""
    assert match_candidates([]) == []
    assert connected_groups([]) == []


def test_groups_share_neither_leg_nor_line() -> None:
    """One group solved as two would give one leg twice."""
    groups = connected_groups([pair("a", "1"), pair("b", "2"), pair("b", "1"), pair("c", "3")])
    assert sorted(sorted(p.leg for p in group) for group in groups) == [["a", "b", "b"], ["c"]]


def test_a_group_too_large_is_matched_in_time_order_and_says_so() -> None:
    """A number called every second all day must neither stop the run nor pass for solved."""
    calls = 3_000
    pairs = [
        pair(f"{leg:06}", f"{line:06}", abs(leg - line), 3, leg, line)
        for leg in range(calls)
        for line in range(max(0, leg - 5), min(calls, leg + 6))
    ]
    started = time.perf_counter()
    matches = match_candidates(pairs)
    assert time.perf_counter() - started < 5
    assert chosen(matches) == [(f"{call:06}", f"{call:06}") for call in range(calls)]
    assert {match.is_exact for match in matches} == {False}


def test_a_group_of_the_greatest_exact_size_is_solved_in_time() -> None:
    """The limit of the exact solver is a promise about the length of a run."""
    pairs = [pair(f"{leg:02}", f"{line:02}") for leg in range(100) for line in range(100)]
    started = time.perf_counter()
    matches = match_candidates(pairs)
    assert time.perf_counter() - started < 5
    assert len(matches) == 100
    assert {match.is_exact for match in matches} == {True}
