"""Precision and recall of matching without ids on the sandbox's month with faults, against the truth about its lines.

A match is right if the line bills that leg, or one that nothing tells apart from it. Precision is the right ones of the
matches made, recall the legs matched rightly of those that a line bills. Copies and credits of a line are not legs.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sizes import Sizes
from cpm_assets.sandbox.month.month import FAULTS, Month, month_with_faults
from cpm_assets_tests.compiled_models import MemoryWarehouse, compile_models
from cpm_assets_tests.month_books import month_inputs

TARGET_PRECISION, TARGET_RECALL = 0.999, 0.995
_MATCHES = (
    "select leg_id, invoice_number, line_number from warehouse.main.int_invoice_reconciled"
    " where leg_id is not null and line_number is not null"
)

Matched = tuple[str, str, str]
"""A pair that was made: leg, invoice, line number."""


@dataclass(frozen=True)
class Quality:
    """How well lines of a kind were matched: legs that such a line bills, matches of such lines, the right ones."""

    what: str
    legs: int
    matches: int
    right: int

    @property
    def precision(self) -> float:
        """Of the matches made, the right ones; 1 if none was made."""
        return self.right / self.matches if self.matches else 1.0

    @property
    def recall(self) -> float:
        """Of the legs billed, those matched rightly; 1 if none is billed."""
        return self.right / self.legs if self.legs else 1.0


def qualities(month: Month, matches: Iterable[Matched]) -> list[Quality]:
    """All lines, then those with each fault that a line with a leg can have, then legs that nothing tells apart."""
    twin_set = {leg.leg_id: leg.twin_set for leg in month.legs}
    sizes = Counter(leg.twin_set for leg in month.legs)
    lines = {(line.invoice_number, line.line_number): line for line in month.lines}
    faults_of: dict[str, set[str]] = {}
    for line in month.lines:
        if line.leg_id is not None:
            faults_of.setdefault(line.leg_id, {"all"}).update(line.faults)
    for leg_id, faults in faults_of.items():
        if sizes[twin_set[leg_id]] > 1:
            faults.add("twin")
    # A copy that gets the unbilled twin of its leg is wrong: of a set no more are right than are billed.
    left = Counter(twin_set[leg_id] for leg_id in faults_of)
    made: list[tuple[set[str], bool]] = []
    for leg_id, invoice_number, line_number in matches:
        line = lines[invoice_number, line_number]
        is_same = line.line_kind == "call" and line.leg_id is not None and twin_set[line.leg_id] == twin_set[leg_id]
        is_right = is_same and left[twin_set[leg_id]] > 0
        left[twin_set[leg_id]] -= is_right
        # Of twins that were swapped each counts for itself, or a leg billed twice would count for both.
        own = faults_of.get(leg_id) if is_right else None
        made.append((own or faults_of.get(line.leg_id or "", {"all", *line.faults}), is_right))

    def of(name: str, what: str) -> Quality:
        outcomes = [is_right for faults, is_right in made if name in faults]
        return Quality(what, sum(name in faults for faults in faults_of.values()), len(outcomes), sum(outcomes))

    told = [of(name, what) for name, what in FAULTS.items()]
    return [of("all", "all lines"), *(each for each in told if each.legs), of("twin", "nothing tells two calls apart")]


def table(_directory: Path, sizes: Sizes) -> list[str]:
    """The published table, as aligned Markdown."""
    month = month_with_faults(sizes.quality_legs)
    memory = MemoryWarehouse(compile_models())
    memory.run(month_inputs(month), "int_invoice_reconciled")
    return quality_lines(month, qualities(month, memory.rows(_MATCHES)))


def quality_lines(month: Month, found: Sequence[Quality]) -> list[str]:
    """A row for each kind of line, and what is expected below."""
    headers = ("matching without ids: lines that", "legs billed", "matches", "right", "precision", "recall")
    rows = [
        (
            each.what,
            f"{each.legs:,}",
            f"{each.matches:,}",
            f"{each.right:,}",
            f"{each.precision:.3%}",
            f"{each.recall:.3%}",
        )
        for each in found
    ]
    widths = [max(len(row[column]) for row in (headers, *rows)) for column in range(len(headers))]

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)) + " |"

    everything = found[0]
    is_met = everything.precision >= TARGET_PRECISION and everything.recall >= TARGET_RECALL
    return [
        line(headers),
        "|" + "|".join("-" * (width + 2) for width in widths) + "|",
        *(line(row) for row in rows),
        "",
        f"- targets: precision ≥ {TARGET_PRECISION:.1%}, recall ≥ {TARGET_RECALL:.1%} of all lines: "
        f"{'yes' if is_met else 'NO'}; the month has {len(month.legs):,} legs and {len(month.lines):,} lines",
    ]
