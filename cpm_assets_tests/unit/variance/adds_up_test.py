"""Claims that hold for any invoice: the parts of a line, and the components of an invoice, sum to the difference.

Random decks, contracts and legs are rating's (`random_worlds`); the lines bill them by anything. Sums are compared with
ones that are made here from legs and lines, not with the models' own.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, Row, RunInputs
from cpm_assets_tests.unit.rating.random_worlds import CARRIERS, DAYS, random_deliveries, random_legs

INVOICES = ("INV-1", "INV-2")


def random_lines(random: Random, legs: list[Row]) -> list[dict[str, Any]]:
    """Lines that name most legs, some twice, some none; credits, taxes, currencies, figures near ours and far off."""
    rows: list[dict[str, Any]] = []
    for leg in legs:
        for _ in range(random.choice([0, 1, 1, 1, 1, 2])):
            rows.append(_line(random, leg, leg["leg_id"] if random.random() < 0.9 else None))
    for carrier in CARRIERS:
        for kind in ("tax", "fee"):
            rows.append({"carrier_folder": carrier, "line_kind": kind, "charge_amount": _money(random)})
    for number, row in enumerate(rows):
        row |= {"line_number": str(number), "invoice_number": random.choice(INVOICES)}
    return rows


def _line(random: Random, leg: Row, reference: str | None) -> dict[str, Any]:
    start = leg["start_time_utc"] + timedelta(hours=random.choice([0, 0, 0, 0, -5, 20]))
    is_credit = random.random() < 0.05
    return {
        "carrier_folder": leg["carrier_name"] or "Acme",
        "line_kind": "credit" if is_credit else "call",
        "internal_leg_reference": reference,
        "destination_digits": leg["destination_digits"],
        "start_utc": start.replace(tzinfo=None),
        "duration_seconds": random.choice([leg["media_seconds"], random.randint(0, 400), 9_999_999, None]),
        "billed_minutes": random.choice([None, Decimal(random.randint(0, 40)), _money(random)]),
        "stated_rate": random.choice([None, None, _money(random), Decimal(9_000_000)]),
        "charge_amount": -_money(random) if is_credit else _money(random),
        "currency": random.choice([None, None, "EUR", "USD"]),
    }


def _money(random: Random) -> Decimal:
    return Decimal(random.choice([0, random.randint(0, 10**6), random.randint(0, 10**11)])).scaleb(-6)


# Not shrunk: a world is one draw.
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(random=st.randoms(use_true_random=True))
def test_the_parts_sum_to_the_difference_to_the_last_micro_unit(memory: MemoryWarehouse, random: Random) -> None:
    """Finance would send the carrier a split that does not come to what is asked."""
    legs = random_legs(random)
    lines = random_lines(random, legs)
    memory.run(_inputs(random, legs, lines), "invoice_variance", "invoice_totals", "contract_findings")
    pairs = memory.rows(
        "select leg_id, carrier_charge - coalesce(internal_charge, 0), coalesce(amount, 0)"
        " from warehouse.main.int_invoice_reconciled left join ("
        "   select leg_id, sum(amount) as amount from warehouse.main.int_variance_parts"
        "   where line_number is not null group by leg_id) using (leg_id)"
        " where leg_id is not null and line_number is not null and currency = carrier_currency"
    )
    assert len(pairs) > 50
    assert [pair for pair in pairs if pair[1] != pair[2]] == []
    totals = memory.rows("select carrier_name, invoice_number, currency, difference from invoice_totals")
    variance = memory.rows(
        "select carrier_name, invoice_number, currency, sum(amount) from invoice_variance group by all"
    )
    assert {row[:3]: row[3] for row in totals if row[3]} == {row[:3]: row[3] for row in variance if row[3]}
    _assert_totals(memory, lines)


def _assert_totals(memory: MemoryWarehouse, lines: list[dict[str, Any]]) -> None:
    """Every line is in its invoice's total, and every leg of a known day's costs at most once in ours."""
    asked: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        asked[line["carrier_folder"].replace("/", "_"), line["invoice_number"]] += line["charge_amount"]
    found = memory.rows(
        "select carrier_name, invoice_number, sum(invoice_total), sum(lines) from invoice_totals group by all"
    )
    known = {(carrier.replace("/", "_"), invoice): amount for carrier, invoice, amount, _ in found}
    assert known == {key: amount for key, amount in asked.items() if key in known}
    assert known
    for column, of_legs in (("our_total", "internal_charge"), ("our_legs", "1")):
        ours = memory.rows(f"select sum({column}) from invoice_totals")[0][0]
        assert (
            ours
            == memory.rows(
                f"select sum({of_legs}) from warehouse.main.int_invoice_reconciled as legs where leg_id is not null"
                " and exists (select 1 from invoice_coverage as held where held.carrier_name = legs.carrier_name"
                " and legs.usage_date between held.first_date and held.last_date)"
            )[0][0]
        )


def _inputs(random: Random, legs: list[Row], lines: list[dict[str, Any]]) -> RunInputs:
    folders = sorted({line["carrier_folder"] for line in lines})
    return RunInputs(
        days=[Day(day) for day in (date(2026, 10, 23), *DAYS, date(2026, 10, 27))],
        extractions=[Extraction(day, [leg for leg in legs if leg["start_time_utc"].date() == day]) for day in DAYS],
        deliveries=[
            *random_deliveries(random),
            *(
                Delivery(
                    "invoices", [line for line in lines if line["carrier_folder"] == folder], carrier_folder=folder
                )
                for folder in folders
            ),
        ],
        settings={"tolerated_unknown_carrier_legs": 1000, "tolerated_zero_billing_legs": 1000},
    )
