"""Whatever is in a file, reading it ends, raises nothing, and loses no call without a word."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cpm_assets.domain.deliveries import ParsedDelivery
from cpm_assets_tests.unit.domain.x12.interchanges import HEADING, enclosed, isa, parsed, text_of
from cpm_assets_tests.unit.domain.x12.oracle_test import TEXT

NAMES = ["TCD", "HL", "LX", "SI", "REF", "QTY", "TXI", "ITA", "USD", "IT1", "SLN", "TDS", "BAL", "BIG", "CUR", "DTM"]
NAMES += ["NTE", "ISA", "GS", "ST", "SE", "GE", "IEA", "", "tcd"]
ELEMENTS = st.sampled_from(["", "1", "8", "A", "-5", "20261026", "142210", "12125550100", "1e9", "9" * 25, "MJ", "RD8"])
SEGMENT = st.builds(
    lambda name, elements: "*".join([name, *elements]),
    st.sampled_from(NAMES),
    st.lists(ELEMENTS | st.text("0123456789.-*AXé\0 ", max_size=8), max_size=18),
)


def read(content: bytes) -> ParsedDelivery:
    delivery = parsed(content)
    assert len(list(delivery.rows)) == len(delivery.rows)
    assert all(reject.reason and reject.line_number >= 0 for reject in delivery.rejects)
    keys = [values[:2] for _, values in delivery.rows]
    assert len(set(keys)) == len(keys), "two lines of one invoice with one number: one would replace the other"
    return delivery


@given(st.binary(max_size=400))
def test_any_bytes_are_rejected_and_not_raised(content: bytes) -> None:
    """A stray file of one carrier must not stop the reconciliation of all."""
    assert len(read(content).rows) == 0
    read(isa().encode() + content)


@given(st.lists(SEGMENT, max_size=12))
def test_any_segments_in_a_right_envelope_are_read_to_the_end(segments: list[str]) -> None:
    """Every TCD is a line or a reject with its place; none disappears."""
    inner = [each for each in segments if each.split("*")[0] not in ("", "ISA", "GS", "ST", "SE", "GE", "IEA", "BIG")]
    delivery = read(text_of(enclosed([*HEADING, *inner])).encode("latin-1"))
    calls = sum(segment.split("*")[0] == "TCD" for segment in inner)
    rejected = sum(bool(re.match(r"segment [0-9]+, TCD", reject.reason)) for reject in delivery.rejects)
    taken = sum(values[4] is not None for _, values in delivery.rows)
    assert taken + rejected == calls


@given(st.lists(SEGMENT, max_size=12))
def test_any_segments_at_all_are_read_to_the_end(segments: list[str]) -> None:
    """Envelopes within envelopes, ends without beginnings."""
    read(text_of([*enclosed(HEADING), *segments]).encode("latin-1"))


@given(st.data())
def test_a_file_with_bytes_changed_ends_and_keeps_its_line_numbers_apart(data: st.DataObject) -> None:
    """What a bad transfer does to a good file."""
    content = bytearray(TEXT.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(content))
