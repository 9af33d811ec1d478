"""The tokenizer of X12 files: delimiters, line ends, pieces."""

import io

import pytest

from cpm_assets.domain.x12.layout import read_x12_811
from cpm_assets.domain.x12.segments import LONGEST_SEGMENT, SegmentReader, UnreadableInterchange
from cpm_assets_tests.unit.domain.x12.interchanges import HEADING, LEVELS, enclosed, isa, lines, parsed, text_of

TCD = "TCD*1*20261026*142210*TN*12125550100******90**0.25"
SEGMENTS = enclosed([*HEADING, *LEVELS, TCD])


class SlowStream(io.BytesIO):
    """Gives a few bytes at a time, as a socket may."""

    def __init__(self, content: bytes, most: int) -> None:
        super().__init__(content)
        self._most = most

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._most if size else size)


@pytest.mark.parametrize("end", ["~", "~\n", "~\r\n", "'\n", "\n", "\r\n", "\x1c"])
def test_the_terminator_is_the_106th_character_of_the_isa_whatever_it_is(end: str) -> None:
    """Carriers end segments with a tilde, an apostrophe, a control character or the line end itself."""
    delivery = parsed(text_of(SEGMENTS, end))
    assert (delivery.rejects, len(delivery.rows)) == ([], 1)


@pytest.mark.parametrize("element", ["|", "\x1d", "+", ","])
def test_the_element_separator_is_the_fourth_character_of_the_isa(element: str) -> None:
    """A fixed `*` reads nothing of a file that separates by bars."""
    text = isa(element=element) + "".join(f"{segment}~" for segment in SEGMENTS).replace("*", element)
    assert len(parsed(text).rows) == 1


def test_a_file_wrapped_at_80_columns_reads_as_the_same_segments() -> None:
    """Mainframes break records at a fixed width, through the middle of a number."""
    text = text_of(SEGMENTS, "~")
    wrapped = "\r\n".join(text[start : start + 80] for start in range(0, len(text), 80))
    assert list(parsed(wrapped).rows) == list(parsed(text).rows)


def test_the_file_is_read_in_pieces_and_not_at_once() -> None:
    """A month's file of gigabytes must not be in memory, and a piece may end within a segment or the ISA."""
    reader = SegmentReader(SlowStream(text_of(SEGMENTS).encode(), 1))
    assert reader.next_interchange() is not None
    found = []
    while segments := reader.segments():
        found += segments
    assert found == [isa().removesuffix("~"), *SEGMENTS]


@pytest.mark.parametrize("size", [1, 7, 64, 1_000])
def test_where_the_pieces_end_changes_nothing(size: int) -> None:
    """Runs of calls are taken as they stand in a piece: one that is cut must be neither lost nor read twice."""
    calls = [TCD.replace("*1*", f"*{place}*", 1) for place in range(100, 160)]
    content = text_of(enclosed([*HEADING, *LEVELS, *calls, "TXI*ST*1", *calls[:1]])).encode()
    whole, pieces = parsed(content), read_x12_811(SlowStream(content, size))
    assert list(pieces.rows) == list(whole.rows)
    assert (len(whole.rows), pieces.rejects, pieces.headers) == (62, [], whole.headers)


def test_an_interchange_may_have_other_delimiters_than_the_one_before_it() -> None:
    """Mailboxes join what several systems wrote into one file."""
    second = isa(element="|", terminator="'") + "".join(f"{segment}'" for segment in SEGMENTS).replace("*", "|")
    delivery = parsed(text_of(SEGMENTS) + second)
    assert (delivery.rejects, len(delivery.rows)) == ([], 2)


def test_a_byte_order_mark_before_the_isa_is_skipped() -> None:
    """Windows tools put one before everything that they save."""
    assert len(parsed(b"\xef\xbb\xbf" + text_of(SEGMENTS).encode()).rows) == 1


def test_a_segment_without_an_end_stops_before_the_memory_is_full() -> None:
    """A file without terminators, however large, costs one segment's memory."""
    reader = SegmentReader(io.BytesIO(isa().encode() + b"x" * 50 * LONGEST_SEGMENT))
    reader.next_interchange()
    reader.segments()
    with pytest.raises(UnreadableInterchange, match="more than 100000 characters"):
        reader.segments()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("  \r\n", "the file is empty"),
        ("invoice_number,line_number", "begins with ISA, not with 'invoice_number,line_'"),
        ("ISA*00*short~", "the ISA has 13 characters, not 106"),
        (isa().replace("*", " ", 3), "the ISA is not 16 elements in 106 characters"),
        (isa(terminator="*"), "the ISA is not 16 elements in 106 characters"),
        (text_of(SEGMENTS)[:-30], "the file ends within a segment"),
    ],
)
def test_what_is_no_x12_is_rejected_as_a_whole_saying_what_was_seen(text: str, reason: str) -> None:
    """A CSV named .edi must say so, and not read as an invoice without lines."""
    delivery = parsed(text)
    assert len(delivery.rows) == 0
    assert delivery.rejects[0].line_number == 0
    assert reason in delivery.rejects[0].reason


def test_segments_are_counted_through_the_file_so_that_a_reject_can_be_found() -> None:
    """With a segment a line, the number is the line of the file."""
    text = text_of(enclosed([*HEADING, *LEVELS, TCD, "TCD*2*20261026*9999*TN*12125550100******90**0.25"]))
    (reject,) = parsed(text + text).rejects[:1]
    assert text.splitlines()[reject.line_number - 1].startswith("TCD*2")
    assert len(lines(parsed(text + text))) == 2
