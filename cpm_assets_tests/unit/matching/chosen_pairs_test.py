"""Claims about the pairs that SQL chooses without the solver (D19): they are the ones that it would have chosen."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from cpm_assets.domain.matching import CandidatePair, match_candidates
from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, RunInputs, card, contract, leg

DAY = date(2026, 10, 20)
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)


def crowded_hour(rng: Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Calls to few numbers, seconds apart, and lines for most of them: some twice, some credited, some by reference."""
    legs = [
        leg(
            f"{n:03d}",
            NOON + timedelta(milliseconds=rng.randrange(1_200_000)),
            destination_number=f"+1415555010{rng.randrange(6)}",
            billing_seconds=rng.randrange(58, 66),
            sip_call_id=f"sip-{n % 150}" if rng.random() < 0.2 else None,
        )
        for n in range(200)
    ]
    lines: list[dict[str, Any]] = []
    for call in legs:
        for charge in rng.choice((["1"], ["1"], ["1"], [], [], [], ["1", "1"], ["1", "-1"])):
            lines.append(
                {
                    "carrier_folder": "Acme",
                    "invoice_number": "INV-1",
                    "line_number": str(len(lines)),
                    "line_kind": "credit" if charge == "-1" else "call",
                    "internal_leg_reference": call["leg_id"] if rng.random() < 0.1 else None,
                    "sip_call_id": call["sip_call_id"],
                    "destination_digits": call["destination_digits"],
                    "start_utc": (call["start_time_utc"] + timedelta(seconds=rng.randint(-3, 3))).replace(tzinfo=None),
                    "duration_seconds": call["billing_seconds"] + rng.randint(-1, 1),
                    "charge_amount": Decimal(charge),
                }
            )
    return legs, lines


@pytest.mark.parametrize("seed", range(6))
def test_sql_and_the_solver_choose_the_same_pairs(memory: MemoryWarehouse, seed: int) -> None:
    """Which of two equal lines is the duplicate would else depend on how many calls were made beside it."""
    legs, lines = crowded_hour(Random(seed))
    inputs = RunInputs(
        days=[Day(DAY)],
        extractions=[Extraction(DAY, legs)],
        deliveries=[
            Delivery("carrier_contracts", [contract()]),
            Delivery("rate_cards", [card("1415", "0.6")]),
            Delivery("invoices", lines, carrier_folder="Acme"),
        ],
    )
    memory.run(inputs, "int_invoice_reconciled")
    pairs = memory.rows(
        "select turn, leg_id, carrier_name, invoice_number, line_number,"
        " start_distance_microseconds + 1000000 * coalesce(duration_distance_seconds, 0),"
        " epoch_us(leg_start_utc), epoch_us(line_start_utc), group_shape"
        " from warehouse.main.int_invoice_candidates"
    )
    assert {row[-1] for row in pairs} == {"pair", "one_leg", "one_line", "many"}
    best = match_candidates(
        CandidatePair(turn, leg_id, (carrier, invoice, line), distance, leg_start, line_start)
        for turn, leg_id, carrier, invoice, line, distance, leg_start, line_start, _ in pairs
    )
    chosen = memory.rows(
        "select leg_id, line_number from warehouse.main.int_invoice_reconciled"
        " where leg_id is not null and line_number is not null order by leg_id"
    )
    assert chosen == [(match.leg, match.line[2]) for match in best]
