"""The models against the plain-Python reference on thousands of random legs, decks and contracts (hypothesis).

Only the comparison. The worlds are made in `random_worlds`, the expected figures in `reference_rating`.
"""

from dataclasses import fields
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Extraction, RunInputs
from cpm_assets_tests.unit.rating.random_worlds import DAYS, LEGS, random_deliveries, random_legs
from cpm_assets_tests.unit.rating.reference_rating import Costed, ReferenceRating


# Not shrunk: a world is one draw.
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(random=st.randoms(use_true_random=True), is_finalizing=st.booleans())
def test_the_sql_equals_the_reference(memory: MemoryWarehouse, random: Random, is_finalizing: bool) -> None:
    """A rule that two people write differently is a rule one of them got wrong, and the invoice will tell which."""
    legs, deliveries = random_legs(random), random_deliveries(random)
    memory.run(
        RunInputs(
            days=[Day(day, is_finalizing=is_finalizing) for day in DAYS],
            extractions=[
                Extraction(day, legs=[leg for leg in legs if leg["start_time_utc"].date() == day]) for day in DAYS
            ],
            deliveries=deliveries,
        ),
        "int_costed_attempt",
    )
    columns = ", ".join(field.name for field in fields(Costed))
    rows = memory.rows(f"select leg_id, {columns} from warehouse.main.int_costed_attempt")  # noqa: S608
    actual = {row[0]: Costed(*row[1:]) for row in rows}
    reference = ReferenceRating(deliveries, legs, is_finalizing=is_finalizing)
    expected = {leg["leg_id"]: reference.cost(leg) for leg in legs}
    wrong = {name: (actual.get(name), costed) for name, costed in expected.items() if actual.get(name) != costed}
    assert not wrong, "leg: (SQL, reference)"
    assert len(actual) == LEGS
