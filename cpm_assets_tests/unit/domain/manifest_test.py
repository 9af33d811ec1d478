"""Claims about `cpm_assets.domain.manifest`: one spelling, no floats, and totals that can be contradicted (D21)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpm_assets.domain.manifest import (
    Total,
    canonical_json,
    differing_totals,
    totals_as_json,
    totals_from_json,
)

totals = st.dictionaries(
    st.sampled_from(["CHF", "EUR", "USD"]),
    st.builds(
        Total,
        st.integers(0, 10**7),
        st.integers(0, 10**7),
        st.integers(0, 10**12),
        st.integers(0, 10**18 - 1).map(lambda units: Decimal(units).scaleb(-6)),
    ),
)


@given(st.permutations(["day", "version", "été"]))
def test_the_order_in_which_facts_come_is_not_in_the_bytes(names: list[str]) -> None:
    """The hash in `day_versions` would be of how a dictionary happened to be filled, and evidence of nothing."""
    assert canonical_json(dict.fromkeys(names, 1)) == canonical_json({"day": 1, "version": 1, "été": 1})


@pytest.mark.parametrize("value", [0.1, {"a": [1, 0.5]}, {"a": {"b": float("nan")}}])
def test_a_float_is_refused(value: object) -> None:
    """A total that was rounded on its way into the evidence contradicts the figures it is there to prove."""
    with pytest.raises(TypeError, match="is a float"):
        canonical_json({"total": value})


@given(totals)
def test_totals_come_back_as_they_went(of_day: dict[str, Total]) -> None:
    """A micro-unit lost in a manifest is a damaged day that is not damaged."""
    assert totals_from_json(totals_as_json(of_day)) == of_day
    assert differing_totals(of_day, totals_from_json(totals_as_json(of_day))) == []


def test_a_currency_that_differs_is_named_with_both_sums() -> None:
    """Who is called at night needs to know by how much, not only that."""
    stated = {"EUR": Total(1, 0, 60, Decimal("0.010000")), "USD": Total(2, 0, 120, Decimal("1"))}
    added = {"USD": Total(2, 0, 120, Decimal("1.000001"))}
    assert differing_totals(stated, added) == [
        "the manifest says 1 legs, 60 s, 0.010000, the rows add up to nothing",
        "the manifest says 2 legs, 120 s, 1.000000, the rows add up to 2 legs, 120 s, 1.000001",
    ]
