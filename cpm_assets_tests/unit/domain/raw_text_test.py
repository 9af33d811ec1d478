"""Tests of `domain/raw_text.py`."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cpm_assets.domain.raw_text import shown_json, shown_text


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters()).map(lambda text: text * 700))
def test_raw_text_is_at_most_ten_thousand_bytes_of_valid_utf8(text: str) -> None:
    """Half a character or a NUL at the end makes the whole rejects table unreadable."""
    shown = shown_text(text)
    assert len(shown.encode()) <= 10_000
    assert "\0" not in shown


def test_the_cut_is_between_characters() -> None:
    """9,999 bytes and a four-byte character do not fit."""
    assert shown_text("x" * 9_999 + "😀") == "x" * 9_999


def test_a_value_nested_too_deeply_is_named_instead_of_raising() -> None:
    """A reject that cannot be shown must not stop the day either."""
    value: object = []
    for _ in range(100_000):
        value = [value]
    assert "nested too deeply" in shown_json(value)
    assert shown_json({"legId": "é"}) == '{"legId": "é"}'
