"""Claims about matching without ids on the month with faults (D19): precision and recall, and how they are counted."""

import pytest

from benchmarks.matching_quality import TARGET_PRECISION, TARGET_RECALL, Quality, qualities, quality_lines
from cpm_assets.sandbox.month.month import Month, month_with_faults
from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.month_books import month_inputs


@pytest.fixture(scope="module")
def month() -> Month:
    return month_with_faults(20_000)


def test_precision_and_recall_meet_their_targets_for_every_fault(memory: MemoryWarehouse, month: Month) -> None:
    """A wrong match is a false dispute and hides a right one; a missed match is two."""
    memory.run(month_inputs(month), "int_invoice_reconciled")
    found = qualities(
        month,
        memory.rows(
            "select leg_id, invoice_number, line_number from warehouse.main.int_invoice_reconciled"
            " where leg_id is not null and line_number is not null"
        ),
    )
    assert found[0].legs == len(month.legs) - len(month.missing_legs)
    for quality in found:
        assert quality.legs > 0
        assert quality.precision >= TARGET_PRECISION, quality
        assert quality.recall >= TARGET_RECALL, quality
    tiers = memory.rows("select distinct match_tier from warehouse.main.int_invoice_reconciled where match_tier > 0")
    assert tiers == [(3,)], "no line of the month names its leg"


def test_a_wrong_match_and_a_missed_one_are_counted(month: Month) -> None:
    """A measure that cannot fall measures nothing."""
    true = [
        (line.leg_id, line.invoice_number, line.line_number)
        for line in month.lines
        if line.leg_id is not None and line.line_kind == "call" and "duplicate" not in line.faults
    ]
    all_right = qualities(month, true)[0]
    assert (all_right.precision, all_right.recall) == (1, 1)
    (leg_a, *line_a), (leg_b, *line_b) = true[10], true[500]
    swapped = [*true[:10], (leg_b, *line_a), *true[11:500], (leg_a, *line_b), *true[501:]]
    assert qualities(month, swapped)[0] == Quality("all lines", len(true), len(true), len(true) - 2)
    assert qualities(month, true[1:])[0] == Quality("all lines", len(true), len(true) - 1, len(true) - 1)


def test_of_legs_that_nothing_tells_apart_any_is_right_but_no_more_than_are_billed(month: Month) -> None:
    """Else a copy that gets the unbilled twin would count as a success."""
    first, second = next((a, b) for a, b in zip(month.legs, month.legs[1:], strict=False) if a.twin_set == b.twin_set)
    line = next(line for line in month.lines if line.leg_id == first.leg_id)
    place = (line.invoice_number, line.line_number)
    assert qualities(month, [(second.leg_id, *place)])[0].right == 1
    billed = len({line.leg_id for line in month.lines} & {first.leg_id, second.leg_id})
    found = qualities(month, [(first.leg_id, *place)] * 5)[0]
    assert (found.matches, found.right) == (5, billed)


def test_the_table_says_whether_the_targets_are_met(month: Month) -> None:
    """A missed target shown as met would be believed."""
    good = quality_lines(month, [Quality("all lines", 1000, 1000, 1000)])
    assert "100.000%" in good[2] and good[-1].count("yes") == 1
    assert "NO" in quality_lines(month, [Quality("all lines", 1000, 1000, 994)])[-1]
