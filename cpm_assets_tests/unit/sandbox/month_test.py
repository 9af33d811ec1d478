"""The month with faults: that each fault is there, and that what is said to be true of a line is so.

Whether the pipeline finds them is tested where matching, inference and variance are.
"""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cpm_assets.sandbox.month.carriers import ALDER, BIRCH, CEDAR, DOGWOOD, ELM, MONTH_CARRIERS, Terms
from cpm_assets.sandbox.month.deck import month_rate_rows, parent_row, row_of_number
from cpm_assets.sandbox.month.month import FAULTS, Month, month_with_faults
from cpm_assets.sandbox.month.rows import contract_row, header_row, leg_row, line_row
from cpm_assets.sandbox.pricing import minutes


@pytest.fixture(scope="module")
def month() -> Month:
    return month_with_faults(10_000)


def test_every_fault_is_there_at_about_its_rate(month: Month) -> None:
    """Recall on a month without a fault says nothing about the fault."""
    found = Counter(fault for line in month.lines for fault in line.faults)
    assert set(found) == set(FAULTS)
    of_all = {fault: count / len(month.lines) for fault, count in found.items()}
    assert 0.03 < of_all["duration"] < 0.07
    assert 0.001 < of_all["duplicate"] < 0.006
    assert 0.001 < of_all["surplus"] < 0.006
    assert 0.001 < len(month.missing_legs) / len(month.legs) < 0.008
    assert found["tax"] == len(month.invoices)


def test_the_same_seed_gives_the_same_month_and_another_one_another() -> None:
    """A figure in a test or a table of results must mean the same tomorrow."""
    month_with_faults.cache_clear()
    first = month_with_faults(500)
    month_with_faults.cache_clear()
    assert month_with_faults(500) == first
    assert month_with_faults(500, seed=1) != first


def test_a_line_bills_what_its_carrier_s_terms_and_rate_give(month: Month) -> None:
    """The truth about a charge is what inference and variance are measured by."""
    legs = {leg.leg_id: leg for leg in month.legs}
    carriers = {carrier.name: carrier for carrier in MONTH_CARRIERS}
    for line in month.lines:
        if line.leg_id is None or line.line_kind != "call":
            continue
        leg, carrier = legs[line.leg_id], carriers[line.carrier]
        written = line.start_local or line.start_utc
        assert written is not None and line.duration_seconds is not None and line.billed_seconds is not None
        held, breach = carrier.held, carrier.breach
        row = row_of_number(leg.carrier, leg.digits, leg.start.date())
        seconds = held.seconds(line.duration_seconds)
        if breach.kind not in line.faults:
            assert line.rate == row.rate
            assert (line.billed_seconds, line.charge) == (seconds, held.money(seconds, row.rate))
        else:
            assert written.date() >= breach.since
            assert breach.prefix in (None, row.prefix)
            assert (line.billed_seconds, line.charge) != (seconds, held.money(seconds, row.rate))
        assert line.minutes in (None, minutes(line.billed_seconds))


def test_the_clocks_are_as_said(month: Month) -> None:
    """Estimating a clock is compared with these: a wrong truth would make a right estimate fail."""
    legs = {leg.leg_id: leg for leg in month.legs}
    zones = {
        ALDER: "America/New_York",
        BIRCH: "Europe/Berlin",
        CEDAR: "America/Chicago",
        DOGWOOD: "America/Los_Angeles",
    }
    for carrier, zone in zones.items():
        off = set()
        for line in month.lines:
            if line.carrier == carrier.name and line.leg_id is not None and line.start_local is not None:
                start = legs[line.leg_id].start.replace(microsecond=0)
                true_local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                if not line.faults & {"clock_change_night"}:
                    off.add(int((line.start_local - true_local).total_seconds()))
        middle = carrier.offset_seconds
        assert off == set(range(middle - carrier.jitter_seconds, middle + carrier.jitter_seconds + 1))
    assert all(line.start_local is None for line in month.lines if line.carrier == ELM.name)


def test_legs_of_a_twin_set_are_equal_but_for_their_id(month: Month) -> None:
    """Matching may swap them and be right; any other swap is a mistake."""
    sets: dict[str, set[tuple[str, str, datetime, int]]] = {}
    for leg in month.legs:
        sets.setdefault(leg.twin_set, set()).add((leg.carrier, leg.digits, leg.start, leg.seconds))
    assert all(len(found) == 1 for found in sets.values())
    assert len(month.legs) > len(sets)


def test_an_invoice_holds_the_calls_of_a_month_of_its_own_clock(month: Month) -> None:
    """The period component is about calls that are in another month by UTC."""
    for invoice in month.invoices:
        assert (invoice.first_date.year, invoice.first_date.month) == (invoice.last_date.year, invoice.last_date.month)
        assert [line.line_number for line in invoice.lines] == [str(n + 1) for n in range(len(invoice.lines))]
    assert any("over_month_end" in line.faults for line in month.lines)


def test_each_increment_is_rounded_by_itself_only_with_that_scope() -> None:
    """At 4 decimals 6 s of 0.0123 are 0.0012, so a minute is 0.0120 instead of 0.0123."""
    rate = Decimal("0.0123")
    assert Terms(6, 6, decimals=4).money(60, rate) == Decimal("0.0123")
    assert Terms(6, 6, decimals=4, scope="increment").money(60, rate) == Decimal("0.0120")


def test_the_cards_have_parents_with_other_rates_and_rates_that_change() -> None:
    """A stale rate or a parent's rate that is the same number cannot be found."""
    day = date(2026, 10, 20)
    for carrier in MONTH_CARRIERS:
        row = row_of_number(carrier.name, "447701234567", day)
        assert (row.prefix, parent_row(row, day).prefix) == ("44770", "447")
        assert row.rate != parent_row(row, day).rate
    before, after = (row_of_number(DOGWOOD.name, "447901234567", date(2026, 10, day)).rate for day in (14, 15))
    assert before != after
    assert len({(row.carrier, row.prefix, row.effective) for row in month_rate_rows()}) == len(month_rate_rows())


def test_rows_have_only_columns_that_the_pipeline_s_inputs_have(month: Month) -> None:
    """A row is given partly: a misspelled column would be NULL, and a fault would silently be none."""
    from cpm_assets.resources import delivery_schemas, usage_schemas

    assert set(leg_row(month.legs[0])) <= set(usage_schemas.LEGS.names)
    assert set(contract_row(CEDAR)) <= set(delivery_schemas.CARRIER_CONTRACTS.names)
    agreed = {"line_kind", "stated_rate", "description"}
    assert set(line_row(month.lines[0])) <= set(delivery_schemas.INVOICES.names) | agreed
    assert header_row(month.invoices[0])["stated_lines"] == len(month.invoices[0].lines)
