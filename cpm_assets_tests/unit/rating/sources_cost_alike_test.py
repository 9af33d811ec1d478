"""The same synthetic traffic through the guide's API and through conversation details gives the same costed legs.

The parsed legs are compared in `unit/sandbox/sources_agree_test.py`; here both are costed by the production models. The
facts that conversation details do not carry (carrier, place) are given to their legs from the guide's.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from cpm_assets.domain.leg_parsing import ParsedLeg
from cpm_assets.sandbox.decks import rate_rows
from cpm_assets.sandbox.organization import DEMO_AS_OF
from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Row, card, contract
from cpm_assets_tests.unit.rating.small_worlds import costed
from cpm_assets_tests.unit.sandbox.sources_agree_test import ORGANIZATION, by_conversations, by_guide

DAY = date(2026, 10, 28)
COLUMNS = (
    "leg_id, leg_type, is_billable, is_fallback, rating_status, matched_prefix, rate_per_minute, "
    "billing_seconds, is_billing_duration_computed, billed_seconds, total_cost"
)
BILLING, COMPUTED = 7, 8


def costed_by_both(memory: MemoryWarehouse, *given: str) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Each leg as costed from the guide's API and from conversation details, these with the guide's `given` columns."""
    guide = {key: leg for key, leg in by_guide(DAY, DEMO_AS_OF).items() if isinstance(leg, ParsedLeg)}
    details = by_conversations(DAY, DEMO_AS_OF)
    lacking = ("carrier_name", "destination_location", *given)
    pairs = [
        (leg._asdict(), details[key]._asdict() | {name: getattr(leg, name) for name in lacking})
        for key, leg in guide.items()
    ]
    carriers = {leg.carrier_name for leg in guide.values() if leg.carrier_name}
    numbers = {leg.destination_digits for leg in guide.values() if leg.destination_digits}
    prefixes = {number[:length] for number in numbers for length in range(1, len(number) + 1)}
    cards: list[Row] = [
        card(row.prefix, row.rate, carrier_name=row.carrier)
        for row in rate_rows(ORGANIZATION)[0]
        if row.carrier in carriers and row.prefix in prefixes
    ]
    terms = {"initial_increment_seconds": 30, "increment_seconds": 6, "attempt_fee": Decimal("0.01")}
    contracts = [contract(name, bills_attempts=True, **terms) for name in sorted(carriers)]
    sides = [costed(memory, legs, cards, contracts, COLUMNS, days=(DAY,)) for legs in zip(*pairs, strict=True)]
    return list(zip(*sides, strict=True))


def test_wherever_the_sources_carry_the_same_facts_the_costed_legs_are_the_same(memory: MemoryWarehouse) -> None:
    """A figure that depended on the interface would be restated by whoever changes the source."""
    both = costed_by_both(memory, "billing_seconds")
    assert len(both) > 500
    assert len({leg[1] for leg, _ in both}) > 4
    for guide, details in both:
        assert guide[:COMPUTED] + guide[COMPUTED + 1 :] == details[:COMPUTED] + details[COMPUTED + 1 :]
        assert (guide[COMPUTED], details[COMPUTED]) == (False, True)


def test_computed_billing_time_moves_the_billed_time_and_nothing_else(memory: MemoryWarehouse) -> None:
    """By the seconds of set-up that only the guide's API knows; a leg billed alike costs alike."""
    both = costed_by_both(memory)
    for guide, details in both:
        assert guide[:BILLING] == details[:BILLING]
        if guide[BILLING] == details[BILLING]:
            assert guide[COMPUTED + 1 :] == details[COMPUTED + 1 :]
        elif guide[2]:
            assert 0 < guide[BILLING] - details[BILLING] <= 5
    assert any(guide[-1] != details[-1] for guide, details in both)
