"""Claims about the month with faults: every breach is named, every difference explained, by the compiled models.

What was put in is in `cpm_assets.sandbox.month`; that the parts add up whatever comes in is `adds_up_test.py`.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from cpm_assets.sandbox.month.month import Month, month_with_faults
from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.month_books import month_inputs

FINDING_OF_BREACH = {
    "increments": ("terms", "6/6", "60/60"),
    "decimals": ("terms", "6 decimals", "2 decimals"),
    "each_increment": ("terms", "rounded once", "each increment rounded"),
    "stale_rate": ("rate", "rate 0.03473 of 447 (card of 2026-10-15)", "rate 0.02824 of 447 (card of 2026-01-01)"),
    "parent_rate": ("destination", "rate 0.04001 of 44770", "rate 0.02634 of 447"),
}
COMPONENT_OF_BREACH = {
    "increments": "increment",
    "decimals": "rounding",
    "each_increment": "rounding",
    "stale_rate": "rate",
    "parent_rate": "destination",
}


@pytest.fixture(scope="module")
def month() -> Month:
    return month_with_faults(6_000)


@pytest.fixture(scope="module")
def books(memory: MemoryWarehouse, month: Month) -> MemoryWarehouse:
    memory.run(
        month_inputs(month), "invoice_variance", "invoice_totals", "contract_findings", "check_unexplained_variance"
    )
    return memory


def test_every_breach_is_named_since_its_day_and_nothing_else_is(books: MemoryWarehouse, month: Month) -> None:
    """A breach that is not named goes on being paid; one that is none costs the carrier's trust."""
    found = books.rows(
        "select carrier_name, finding, held_terms, inferred_terms, since_date, prefix from contract_findings"
        " where verdict = 'found' and finding <> 'clock'"
    )
    first_written = {line.carrier: date.max for line in month.lines}
    for line in month.lines:
        written = line.start_local or line.start_utc
        if written is not None:
            first_written[line.carrier] = min(first_written[line.carrier], written.date())
    expected = {(each.carrier, *FINDING_OF_BREACH[each.kind]): each for each in month.breaches}
    assert {row[:4] for row in found} == set(expected)
    for carrier, *finding, since, prefix in found:
        breach = expected[(carrier, *finding)]
        assert prefix == breach.prefix
        # A breach since before the first invoice is seen with the first lines that show it.
        earliest = max(breach.since, first_written[carrier])
        assert earliest == since if breach.prefix is None else 0 <= (since - earliest).days < 7
    assert books.rows("select distinct verdict from contract_findings where verdict not in ('found', 'too_few')") == []


def test_what_a_finding_comes_to_is_what_the_lines_were_billed_too_much(books: MemoryWarehouse, month: Month) -> None:
    """Finance asks the carrier for this amount."""
    amounts = books.rows("select carrier_name, amount from contract_findings where finding = 'terms' and amount <> 0")
    truth: dict[str, Decimal] = defaultdict(Decimal)
    carriers = {invoice.carrier.name: invoice.carrier for invoice in month.invoices}
    for line in month.lines:
        held = carriers[line.carrier].held
        if line.line_kind == "call" and line.duration_seconds is not None and line.rate is not None:
            truth[line.carrier] += line.charge - held.money(held.seconds(line.duration_seconds), line.rate)
    assert amounts
    assert dict(amounts) == {carrier: truth[carrier] for carrier, _ in amounts}


def test_nothing_of_the_month_is_unexplained(books: MemoryWarehouse) -> None:
    """All its faults have names: a rest would be a rule of ours that is wrong."""
    assert books.rows("select * from invoice_variance where component in ('unexplained', 'currency', 'fee')") == []
    assert books.rows("select * from warehouse.main.check_unexplained_variance") == []


def test_totals_are_those_of_the_invoices_and_the_components_add_up_to_the_difference(
    books: MemoryWarehouse, month: Month
) -> None:
    """An explanation of another amount than the carrier asks for explains nothing."""
    totals = books.rows("select carrier_name, invoice_number, invoice_total, difference from invoice_totals")
    stated = {(invoice.carrier.name, invoice.invoice_number): invoice.total for invoice in month.invoices}
    assert {row[:2]: row[2] for row in totals} == stated
    explained = books.rows("select carrier_name, invoice_number, sum(amount) from invoice_variance group by all")
    assert {row[:2]: row[2] for row in explained} == {row[:2]: row[3] for row in totals}
    assert books.rows("select sum(our_total) from invoice_totals") == books.rows(
        "select sum(total_cost) from costed_legs where is_billable"
    )


def test_each_fault_is_in_its_own_component(books: MemoryWarehouse, month: Month) -> None:
    """A duplicate under `rate` is disputed with the wrong department."""
    found = dict(
        books.rows(
            "select (carrier_name, component), cast(sum(amount) as decimal(18, 6)) from invoice_variance group by 1"
        )
    )
    billed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in month.lines:
        if line.line_kind == "tax" or (line.line_kind == "credit"):
            billed[line.carrier, "tax_and_other"] += line.charge
        elif "duplicate" in line.faults:
            billed[line.carrier, "duplicate"] += line.charge
        elif line.leg_id is None:
            billed[line.carrier, "missing_from_usage"] += line.charge
    assert {key: amount for key, amount in found.items() if key in billed} == billed
    # Legs of another month by our clock than by the carrier's leave one invoice for the other.
    periods = books.rows("select count(*) from invoice_variance where component = 'period'")
    assert periods[0][0] > 0
    for breach in month.breaches:
        own = {"increment", COMPONENT_OF_BREACH[breach.kind]}
        others = {"rate", "destination", "rounding", "increment"} - own
        assert (breach.carrier, COMPONENT_OF_BREACH[breach.kind]) in found
        assert not {(breach.carrier, component) for component in others} & set(found)


def test_a_line_that_two_findings_explain_is_in_the_amount_of_one(books: MemoryWarehouse) -> None:
    """Added up, the findings would claim the same money twice."""
    amounts = "select currency, sum(amount)::text from contract_findings group by currency order by 1"
    once = books.rows(amounts)
    assert once != []
    table = "warehouse.main.int_inferences"
    books.connection.execute(f"insert into {table} select * replace ('tie' as verdict) from {table}")
    for model in ("int_inferred_terms", "contract_findings"):
        books.make(model)
    assert books.rows("select count(*) > 0 from contract_findings where verdict = 'tie' and lines_explained > 0") == [
        (True,)
    ]
    assert books.rows(amounts) == once


def test_terms_that_are_only_one_of_several_explain_no_pair(books: MemoryWarehouse) -> None:
    """The waterfall would say by which terms, where the finding says that nobody knows."""
    used = "select count(*) > 0 from warehouse.main.int_pair_explanations where terms_rank > 0"
    assert books.rows(used) == [(True,)]
    books.connection.execute("update warehouse.main.int_inferred_terms set verdict = 'tie' where verdict = 'found'")
    books.make("int_pair_explanations")
    assert books.rows(used) == [(False,)]
