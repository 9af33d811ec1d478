"""Tests of `domain/digits.py`."""

import pytest

from cpm_assets.domain.digits import calling_code, is_prefix, number_digits


@pytest.mark.parametrize(
    ("written", "digits"),
    [("+14155550198", "14155550198"), ("12", "12"), ("1" * 15, "1" * 15), ("tel:+44 20-7946.0958", "442079460958")]
    + [("1", None), ("1" * 16, None), ("+0123", None), ("", None), ("+", None), ("++", None), ("²³", None)],
)
def test_a_number_is_two_to_fifteen_digits_not_beginning_with_zero(written: str, digits: str | None) -> None:
    """D4: anything else would be matched with prefixes it has nothing to do with."""
    assert number_digits(written) == digits


def test_a_prefix_is_two_to_fifteen_digits_not_beginning_with_zero() -> None:
    """D4 holds for prefixes as for numbers: a lone `1`, a cell cut short, would price half a continent."""
    assert is_prefix("12")
    assert is_prefix("1" * 15)
    assert not any(map(is_prefix, ["", "1", "0", "01", "1" * 16, "1a", "१"]))


@pytest.mark.parametrize(
    ("prefix", "code"),
    [("1415", "1"), ("7", "7"), ("4420", "44"), ("35312", "353"), ("4", None), ("35", None), ("999", None)],
)
def test_the_calling_code_of_a_prefix_is_the_one_it_lies_in(prefix: str, code: str | None) -> None:
    """It groups regions by country in `dim_region`."""
    assert calling_code(prefix) == code
