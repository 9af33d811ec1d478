"""Which invoice line belongs to which leg, where more than one answer is possible (D19).

Here: the exact solution of the groups in which legs and lines compete. Not here: what makes a pair possible (the SQL
of `int_invoice_candidates`), and groups with one leg or one line, where SQL takes the nearest (`int_invoice_matches`).

The solver is our own successive-shortest-path assignment on Python integers, not scipy's `linear_sum_assignment`:
scipy calculates in doubles, which cannot hold a microsecond distance and the tie rule in one exact number, needs a full
matrix where a group is sparse, and costs 0.5 s to import for groups that most days do not have.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

# Groups with more candidate pairs than this are matched in time order instead: exact work grows with legs x pairs
# (100 equal calls: 0.2 s; 1,000 in a chain: 0.1 s), and a number called every second all day makes one endless group.
EXACT_PAIRS = 10_000


class CandidatePair(NamedTuple):
    """A leg and a line that may be the same call. `line` is any key that sorts, here (carrier, invoice, line).

    `distance` is |start difference| + |duration difference| in microseconds. Starts are microseconds since 1970 UTC.
    """

    tier: int
    leg: str
    line: tuple[str, str, str]
    distance: int
    leg_start: int
    line_start: int


class Match(NamedTuple):
    """A pair that was chosen; `is_exact` is false where the group was too large and time order decided.

    `group`: the least leg of the connected group that it was chosen in, as the group's name.
    """

    leg: str
    line: tuple[str, str, str]
    is_exact: bool
    group: str


def match_candidates(pairs: Iterable[CandidatePair], exact_pairs: int = EXACT_PAIRS) -> list[Match]:
    """Choose pairs one-to-one, ordered by leg (D19). There is at most one pair for a leg and a line.

    Every connected group of pairs is solved by itself, its tiers in turn: what a stronger tier took is gone for the
    weaker ones. Within a tier the number of pairs is the greatest possible, then the sum of distances the least; among
    equals, going through the legs in the order of their ids, each gets the least line it can (a line before none).
    """
    chosen: list[Match] = []
    for group in connected_groups(pairs):
        name = min(pair.leg for pair in group)
        taken_legs: set[str] = set()
        taken_lines: set[tuple[str, str, str]] = set()
        for tier in sorted({pair.tier for pair in group}):
            left = [p for p in group if p.tier == tier and p.leg not in taken_legs and p.line not in taken_lines]
            is_exact = len(left) <= exact_pairs
            for leg, line in _best_pairs(left) if is_exact else _pairs_in_time_order(left):
                taken_legs.add(leg)
                taken_lines.add(line)
                chosen.append(Match(leg, line, is_exact, name))
    return sorted(chosen)


def connected_groups(pairs: Iterable[CandidatePair]) -> list[list[CandidatePair]]:
    """Split pairs into groups that share no leg and no line, each to be solved alone."""
    pairs = list(pairs)
    parent: dict[object, object] = {}

    def root(node: object) -> object:
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent[above]
            node = parent[node]
        return node

    for pair in pairs:
        # A leg's id is text and a line's key a tuple, so the two kinds of node cannot be taken for one another.
        parent[root(pair.leg)] = root(pair.line)
    groups: defaultdict[object, list[CandidatePair]] = defaultdict(list)
    for pair in pairs:
        groups[root(pair.leg)].append(pair)
    return list(groups.values())


def _best_pairs(pairs: Sequence[CandidatePair]) -> list[tuple[str, tuple[str, str, str]]]:
    """The best pairs of one tier of one group, as `match_candidates` defines best."""
    legs = sorted({pair.leg for pair in pairs})
    lines = sorted({pair.line for pair in pairs})
    leg_at = {leg: position for position, leg in enumerate(legs)}
    line_at = {line: position for position, line in enumerate(lines)}
    # One integer holds the three criteria, most significant first: legs left alone, distances, then the choice of each
    # leg as a digit, the first leg's digit weighing most. Being alone is a column of the leg's own, after all lines.
    base = len(lines) + 1
    tie_span = base ** len(legs)
    alone = (sum(pair.distance for pair in pairs) + 1) * tie_span
    weight = [base ** (len(legs) - 1 - position) for position in range(len(legs))]
    costs = [{len(lines) + row: alone + len(lines) * weight[row]} for row in range(len(legs))]
    for pair in pairs:
        row, column = leg_at[pair.leg], line_at[pair.line]
        costs[row][column] = pair.distance * tie_span + column * weight[row]
    return [(legs[row], lines[column]) for row, column in enumerate(_assign(costs)) if column < len(lines)]


def _assign(costs: Sequence[dict[int, int]]) -> list[int]:
    """The column of each row, no column twice, with the least sum of costs: {column: cost >= 0} a row.

    Rows come in one by one, each along the cheapest alternating path (Dijkstra on costs reduced by potentials, which
    stay non-negative). Every row needs a column that no other row has.
    """
    row_potential = [0] * len(costs)
    column_potential: defaultdict[int, int] = defaultdict(int)
    row_of: dict[int, int] = {}
    for new_row in range(len(costs)):
        distance: dict[int, int] = {}
        settled: dict[int, int] = {}
        came_from: dict[int, int | None] = {}
        queue: list[tuple[int, int]] = []
        row, reached, through = new_row, 0, None
        while True:
            for column, cost in costs[row].items():
                length = reached + cost - row_potential[row] - column_potential[column]
                if column not in settled and (column not in distance or length < distance[column]):
                    distance[column], came_from[column] = length, through
                    heappush(queue, (length, column))
            reached, through = heappop(queue)
            while through in settled:
                reached, through = heappop(queue)
            settled[through] = reached
            if through not in row_of:
                break
            row = row_of[through]
        row_potential[new_row] += reached
        for column, length in settled.items():
            if column in row_of:
                row_potential[row_of[column]] += reached - length
                column_potential[column] -= reached - length
        end: int | None = through
        while end is not None:
            before = came_from[end]
            row_of[end] = new_row if before is None else row_of[before]
            end = before
    columns = {row: column for column, row in row_of.items()}
    return [columns[row] for row in range(len(costs))]


def _pairs_in_time_order(pairs: Sequence[CandidatePair]) -> list[tuple[str, tuple[str, str, str]]]:
    """For a group too large to solve: each leg, in time order, takes the earliest line that is free."""
    free_lines: defaultdict[tuple[int, str], list[tuple[int, tuple[str, str, str]]]] = defaultdict(list)
    for pair in pairs:
        free_lines[pair.leg_start, pair.leg].append((pair.line_start, pair.line))
    taken: set[tuple[str, str, str]] = set()
    chosen = []
    for (_, leg), lines in sorted(free_lines.items()):
        line = next((line for _, line in sorted(lines) if line not in taken), None)
        if line is not None:
            taken.add(line)
            chosen.append((leg, line))
    return chosen
