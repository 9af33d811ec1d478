"""The models against the plain-Python reference on random legs, decks and contracts, to the last micro-unit.

Everything is drawn from small alphabets, so that prefixes nest, windows touch and carriers nearly have one name, and
from the bounds of D5, so that the integers are as large as they can become.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, Row, RunInputs
from cpm_assets_tests.unit.rating.reference_rating import Costed, ReferenceRating

FIRST_DAY = date(2026, 10, 24)
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(3)]
CARRIERS = ["Acme", "acme", "Acme ", 'O\'Neil "☎"', "UNKNOWN_CARRIER"]
COSTED_COLUMNS = [
    *("leg_type", "is_fallback", "is_billable", "rating_status", "matched_prefix"),
    *("rate_per_minute", "billed_seconds", "total_cost", "currency", "destination_region"),
]

dates = st.sampled_from([FIRST_DAY + timedelta(days=n) for n in (-9, -1, 0, 1, 2, 3)])
prefixes = st.one_of(
    st.text("12", min_size=1, max_size=4), st.text("12", min_size=14, max_size=15), st.just("121212121212121")
)
numbers = st.one_of(st.text("12", min_size=5, max_size=15), st.just("121212121212121"))


def amounts(decimals: int) -> st.SearchStrategy[Decimal]:
    """An amount of D5: 0…1,000 with that many decimals, both ends often."""
    return st.one_of(
        st.sampled_from([Decimal(0), Decimal(1000), Decimal(1).scaleb(-decimals)]),
        st.integers(0, 1000 * 10**decimals).map(lambda units: Decimal(units).scaleb(-decimals)),
        st.integers(0, 500).map(lambda units: Decimal(units).scaleb(-4)),
    )


steps = st.sampled_from([1, 6, 30, 60, 3600]) | st.integers(1, 3600)
pairs = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"initial_increment_seconds": steps, "increment_seconds": steps}),
)
durations = st.one_of(st.integers(1, 400), st.integers(-5, 5), st.just(604_800), st.none())
minimums = st.none() | st.sampled_from([0, 10, 45, 604_800])
currencies = st.sampled_from([None, None, "EUR", "USD"])


@st.composite
def windows(draw: st.DrawFn) -> dict[str, date | None]:
    """An effective date and an expiry that is empty, later, or the same (which removes the row)."""
    effective = draw(dates)
    days = draw(st.sampled_from([None, None, None, 0, 1, 2, 10]))
    return {
        "effective_date": effective,
        "expiry_date": None if days is None else effective + timedelta(days=days),
    }


def merged(*parts: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[dict[str, object]]:
    """One row from several dictionaries."""
    return st.tuples(*parts).map(lambda drawn: {name: value for part in drawn for name, value in part.items()})


cards = merged(
    windows(),
    pairs,
    st.fixed_dictionaries(
        {
            "carrier_name": st.sampled_from(CARRIERS),
            "prefix": prefixes,
            "destination_region": st.sampled_from(["North", "South"]),
            "rate_per_minute": amounts(8),
            "connection_fee": st.none() | amounts(6),
            "minimum_seconds": minimums,
            "currency": currencies,
        }
    ),
)
contracts = merged(
    windows(),
    pairs,
    st.fixed_dictionaries(
        {
            "carrier_name": st.sampled_from(CARRIERS),
            "increment_rule": st.sampled_from([None, "relative", "absolute"]),
            "minimum_seconds": minimums,
            "connection_fee": st.none() | amounts(6),
            "bills_attempts": st.sampled_from([None, False, True]),
            "attempt_fee": st.none() | amounts(6),
            "rounding_mode": st.sampled_from([None, "half_up", "up", "down"]),
            "rounding_decimals": st.none() | st.integers(0, 6),
            "expiry_is_inclusive": st.sampled_from([None, False, True]),
            "currency": currencies,
        }
    ),
)
legs = st.fixed_dictionaries(
    {
        "call_id": st.sampled_from([f"call-{n}" for n in range(12)]),
        "start_time_utc": st.integers(0, 72 * 60 - 1).map(
            lambda minutes: datetime(2026, 10, 24, tzinfo=UTC) + timedelta(minutes=minutes)
        ),
        "end_time_utc": st.sampled_from([datetime(2026, 10, 27, tzinfo=UTC)] * 9 + [None]),
        "billing_seconds": durations,
        "media_seconds": st.integers(0, 604_800),
        "carrier_name": st.sampled_from([*CARRIERS, *CARRIERS, "", None]),
        "destination_digits": numbers | st.none(),
        "call_type": st.sampled_from(["voip"] * 8 + ["monitor", "whisper", None]),
        "direction": st.sampled_from(["outbound"] * 8 + ["internal", "inbound", None]),
        "call_outcome": st.sampled_from(["answered"] * 6 + ["busy", "busy", None]),
    }
)


def deliveries(kind: str, rows: st.SearchStrategy[dict[str, object]], size: int) -> st.SearchStrategy[list[Delivery]]:
    """Two files, the later received repeating and replacing some keys of the earlier; keys are unique in a file."""

    def unique(row: dict[str, object]) -> tuple[object, ...]:
        return row["carrier_name"], row.get("prefix"), row["effective_date"]

    files = st.lists(rows, max_size=size, unique_by=unique)
    return st.tuples(files, files).map(
        lambda pair: [
            Delivery(kind, file, received_at_utc=datetime(2026, 10, n, tzinfo=UTC)) for n, file in enumerate(pair, 1)
        ]
    )


# Without shrinking: an example is a whole world, and making one smaller takes minutes.
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    drawn_legs=st.lists(legs, min_size=60, max_size=150),
    card_files=deliveries("rate_cards", cards, 25),
    contract_files=deliveries("carrier_contracts", contracts, 8),
    is_finalizing=st.booleans(),
)
def test_the_sql_equals_the_reference(
    memory: MemoryWarehouse,
    drawn_legs: list[dict[str, object]],
    card_files: list[Delivery],
    contract_files: list[Delivery],
    is_finalizing: bool,
) -> None:
    """A rule that two people write differently is a rule one of them got wrong, and the invoice will tell which."""
    numbered: list[Row] = [row | {"leg_id": f"leg-{n:02}"} for n, row in enumerate(drawn_legs)]
    files = [*card_files, *contract_files]
    inputs = RunInputs(
        days=[Day(day, is_finalizing=is_finalizing) for day in DAYS],
        extractions=[Extraction(day, legs=_of_day(numbered, day)) for day in DAYS],
        deliveries=files,
    )
    memory.run(inputs, "int_costed_attempt")
    reference = ReferenceRating(files, numbered, is_finalizing=is_finalizing)
    query = f"select leg_id, {', '.join(COSTED_COLUMNS)} from warehouse.main.int_costed_attempt"  # noqa: S608
    actual = {row[0]: Costed(*row[1:]) for row in memory.rows(query)}
    expected = {str(row["leg_id"]): reference.cost(row) for row in numbered}
    wrong = {name: (actual.get(name), costed) for name, costed in expected.items() if actual.get(name) != costed}
    assert not wrong, "SQL and reference differ"
    assert len(actual) == len(expected)


def _of_day(rows: list[Row], day: date) -> list[Row]:
    return [row for row in rows if row["start_time_utc"].date() == day]
