"""Claims about the clock that is told from a file's lines (D3, D19), on the compiled models in memory."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cpm_assets.sandbox.month.carriers import BIRCH, CEDAR, MONTH_CARRIERS
from cpm_assets.sandbox.month.month import month_with_faults
from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.month_books import month_inputs
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, RunInputs, card, contract, leg

DAY = date(2026, 10, 20)
CLOCKS = "warehouse.main.int_invoice_clocks"


def calls(count: int, day: date = DAY) -> list[dict[str, Any]]:
    """Calls three minutes apart, all to other numbers, of other lengths."""
    start = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    return [
        leg(
            f"{day}-{n}",
            start + timedelta(minutes=3 * n),
            destination_number=f"+1415555{n:04d}",
            billing_seconds=60 + n,
        )
        for n in range(count)
    ]


def lines_of(legs: Sequence[dict[str, Any]], shift: timedelta, **columns: Any) -> list[dict[str, Any]]:
    """A line for each call; the carrier's clock shows UTC plus `shift`."""
    return [
        {
            "carrier_folder": "Acme",
            "invoice_number": "INV-1",
            "line_number": str(n),
            "line_kind": "call",
            "destination_digits": leg["destination_digits"],
            "start_time_text": "as written",
            "start_local": leg["start_time_utc"].replace(tzinfo=None) + shift,
            "duration_seconds": leg["billing_seconds"],
            "charge_amount": 1,
        }
        | columns
        for n, leg in enumerate(legs)
    ]


def told(
    memory: MemoryWarehouse,
    legs: Sequence[dict[str, Any]],
    lines: Sequence[dict[str, Any]],
    *others: dict[str, Any],
    **terms: Any,
) -> tuple[Any, ...]:
    """(zone, offset, verdict) told from a file of these lines."""
    run_of(memory, legs, lines, *others, **terms)
    ((zone, offset, verdict),) = memory.rows(f"select told_zone, offset_seconds, verdict from {CLOCKS}")  # noqa: S608
    return zone, offset, verdict


def run_of(
    memory: MemoryWarehouse,
    legs: Sequence[dict[str, Any]],
    lines: Sequence[dict[str, Any]],
    *others: dict[str, Any],
    **terms: Any,
) -> None:
    """Reconciles the days of the calls with the file."""
    days = sorted({leg["start_time_utc"].date() for leg in legs})
    inputs = RunInputs(
        days=[Day(day) for day in days],
        extractions=[Extraction(day, [each for each in legs if each["start_time_utc"].date() == day]) for day in days],
        deliveries=[
            Delivery("carrier_contracts", [contract("Acme", **terms), *others]),
            Delivery("rate_cards", [card("1415", "0.6")]),
            Delivery("invoices", lines, carrier_folder="Acme"),
        ],
    )
    memory.run(inputs, "check_match_rate", "check_invoice_timezone_agrees", "reconciliation_flags")


def test_every_clock_of_the_month_is_told(memory: MemoryWarehouse) -> None:
    """A month in the wrong zone, or by a clock 47 s behind, is a thousand false disputes."""
    memory.run(month_inputs(month_with_faults(5_000)), CLOCKS.rsplit(".", 1)[1], "int_clock_findings")
    found = memory.rows(f"select carrier_name, told_zone, offset_seconds from {CLOCKS}")  # noqa: S608
    assert len(found) == 3 * len(MONTH_CARRIERS)
    for name, zone, offset in found:
        assert zone == (CEDAR.clock_zone if name == CEDAR.name else None)
        assert abs(offset - (BIRCH.offset_seconds if name == BIRCH.name else 0)) <= 1
    assert memory.rows(
        "select carrier_name, since_date, held_terms, inferred_terms from warehouse.main.int_clock_findings"
    ) == [(CEDAR.name, date(2026, 9, 29), "times in UTC", "times in America/Chicago")]


@pytest.mark.parametrize(
    ("hours", "zone"), [(-4, "America/New_York"), (5.5, "Asia/Kolkata"), (5.75, "Asia/Kathmandu"), (13.75, None)]
)
def test_another_zone_than_the_contract_s_is_told(memory: MemoryWarehouse, hours: float, zone: str | None) -> None:
    """Everything is matched all the same, and the contract is what is named. 13:45 is Chatham's summer time."""
    legs = calls(40)
    found = told(memory, legs, lines_of(legs, timedelta(hours=hours)))
    assert found == (zone or "Pacific/Chatham", 0, "other_zone")
    assert memory.rows("select count(*) from reconciliation_flags where flag_type like 'missing%'") == [(0,)]
    ((day, offender),) = memory.rows("from warehouse.main.check_invoice_timezone_agrees")
    assert day == DAY and '"contract_zone":"UTC"' in offender and str(found[0]) in offender
    assert memory.rows("from warehouse.main.check_match_rate") == []


@pytest.mark.parametrize("offset", [-449, -47, 6, 90, 449])
def test_a_constant_offset_is_told_to_the_second(memory: MemoryWarehouse, offset: int) -> None:
    """It is taken off before the start tolerance applies."""
    legs = calls(40)
    assert told(memory, legs, lines_of(legs, timedelta(seconds=offset))) == (None, offset, "clock_off")
    assert memory.rows("select count(*) from reconciliation_flags where flag_type like 'missing%'") == [(0,)]


def test_a_clock_within_the_tolerance_is_left_as_it_is(memory: MemoryWarehouse) -> None:
    """Figures must not move for a second that nobody would see."""
    legs = calls(40)
    assert told(memory, legs, lines_of(legs, timedelta(seconds=3))) == (None, 0, "as_contracted")


def test_instants_have_an_offset_and_no_zone(memory: MemoryWarehouse) -> None:
    """A line that says Z says its zone; its clock can still be off."""
    legs = calls(40)
    lines = [
        line | {"start_local": None, "start_utc": line["start_local"]}
        for line in lines_of(legs, timedelta(seconds=-30))
    ]
    assert told(memory, legs, lines, invoice_timezone="Asia/Tokyo") == (None, -30, "clock_off")


def test_few_lines_tell_nothing(memory: MemoryWarehouse) -> None:
    """Nine lines four hours off can be nine other calls: the contract stands, and it is said why."""
    legs = calls(9)
    assert told(memory, legs, lines_of(legs, timedelta(hours=-4))) == (None, 0, "too_little_evidence")
    ((_, offender),) = memory.rows("from warehouse.main.check_match_rate")
    assert '"lines":9,"matched_lines":0' in offender


def test_a_day_in_another_zone_does_not_move_the_rest(memory: MemoryWarehouse) -> None:
    """A twentieth of the lines is too little to say that the contract is wrong; these lines are flags."""
    legs = calls(300)
    lines = [*lines_of(legs[:14], timedelta(hours=-4)), *lines_of(legs[14:], timedelta(0), invoice_number="INV-2")]
    assert told(memory, legs, lines) == (None, 0, "as_contracted")
    assert memory.rows("select count(*) from reconciliation_flags where flag_type = 'missing_from_usage'") == [(14,)]


def test_of_zones_alike_the_contract_s_wins_then_utc_then_another_contract_s(memory: MemoryWarehouse) -> None:
    """In October Madrid is Berlin: naming the other would send finance after a contract that is right."""
    legs = calls(40)
    berlin = lines_of(legs, timedelta(hours=2))
    assert told(memory, legs, berlin, invoice_timezone="Europe/Madrid") == (None, 0, "as_contracted")
    other = contract("Other", invoice_timezone="Europe/Madrid")
    assert told(memory, legs, berlin, other) == ("Europe/Madrid", 0, "other_zone")
    assert told(memory, legs, lines_of(legs, timedelta(0)), invoice_timezone="Asia/Tokyo")[0] == "UTC"


def test_an_unknown_zone_of_a_contract_is_no_obstacle_where_the_lines_tell(memory: MemoryWarehouse) -> None:
    """A typing error in a contract would otherwise reject the whole invoice."""
    legs = calls(40)
    found = told(memory, legs, lines_of(legs, timedelta(hours=-4)), invoice_timezone="America/New_Yrok")
    assert found == ("America/New_York", 0, "other_zone")
    assert memory.rows("select count(*) from reconciliation_flags where flag_type like 'missing%'") == [(0,)]


def test_what_an_invoice_covers_is_by_the_clock_that_was_told(memory: MemoryWarehouse) -> None:
    """Otherwise the first hours' legs would be missing from an invoice that never had them (D20)."""
    legs = calls(40)
    run_of(memory, legs, lines_of(legs, timedelta(hours=2, seconds=-60)))
    # Berlin's midnight is 22:00Z; the clock is 60 s behind, so its day begins 60 s later; 5 s of tolerance.
    assert memory.rows("select cast(from_utc as varchar), cast(to_utc as varchar) from invoice_coverage") == [
        ("2026-10-19 22:01:05", "2026-10-20 22:00:55")
    ]


def test_a_number_of_ten_digits_meets_its_leg(memory: MemoryWarehouse) -> None:
    """North American carriers leave the 1 out as they please, even within one file."""
    legs = calls(40)
    lines = [line | {"destination_digits": line["destination_digits"][1:]} for line in lines_of(legs, timedelta(0))]
    assert told(memory, legs, lines) == (None, 0, "as_contracted")
    assert memory.rows("select count(*) from reconciliation_flags where flag_type like 'missing%'") == [(0,)]


def test_taxes_and_fees_have_no_clock_and_need_none(memory: MemoryWarehouse) -> None:
    """They are no calls: as lines without a leg they would be disputes, as lines without a time rejects."""
    legs = calls(40)
    lines = lines_of(legs, timedelta(0))
    bare = {"destination_digits": None, "start_local": None, "duration_seconds": None}
    other = [
        lines[0] | bare | {"line_number": "tax", "line_kind": "tax"},
        lines[0] | {"line_number": "fee", "line_kind": "fee", "start_local": lines[0]["start_local"]},
    ]
    assert told(memory, legs, [*lines, *other]) == (None, 0, "as_contracted")
    assert memory.rows("select count(*) from reconciliation_flags where line_number in ('tax', 'fee')") == [(0,)]
    assert memory.rows("select count(*) from warehouse.main.int_invoice_reconciled") == [(40,)]
    assert memory.rows("select sum(unplaced_lines) from warehouse.main.int_invoice_files") == [(0,)]
