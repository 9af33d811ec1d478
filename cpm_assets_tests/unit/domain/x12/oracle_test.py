"""pyx12 as oracle: the same segments, and an interchange is rejected exactly when pyx12 finds its envelope wrong."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyx12.x12file
from hypothesis import given, settings
from hypothesis import strategies as st

from cpm_assets.domain.x12.segments import SegmentReader
from cpm_assets.sandbox.invoice_files.stated_invoice import StatedInvoice, StatedLine
from cpm_assets.sandbox.invoice_files.x12 import x12_bytes
from cpm_assets_tests.unit.domain.x12.interchanges import parsed

REPEATED_CONTROL_NUMBERS = {("isa", "025"), ("gs", "6"), ("st", "23")}
"""pyx12 wants them unique in the file; carriers begin anew at 1, so here a repeated one is no fault."""

START = datetime(2026, 10, 1, 12, tzinfo=UTC)


def invoice(calls: int = 12) -> StatedInvoice:
    lines = [
        StatedLine(f"{place:06d}", "call", Decimal(place) / 100, "12125550100", START + timedelta(hours=place), 60)
        for place in range(1, calls + 1)
    ]
    return StatedInvoice(
        "Oracle Telecom", "ORA-1", date(2026, 11, 3), date(2026, 10, 1), date(2026, 10, 31), "USD", "UTC", tuple(lines)
    )


TEXT = x12_bytes(invoice()).decode()
SEGMENTS = [segment for segment in TEXT.split("~\n") if segment]


def segments_of_pyx12(text: str) -> tuple[list[list[str]], set[tuple[str, str]]]:
    """Segments as lists of elements, and (level, code) of every fault that concerns the envelope."""
    found = []
    try:
        reader = pyx12.x12file.X12Reader(io.StringIO(text))
        errors = []
        for segment in reader:
            found.append([segment.get_seg_id(), *(element.format() for element in segment.elements)])
            errors += reader.pop_errors()  # the generator forgets them when it begins
        reader.cleanup()
        errors += reader.pop_errors()
    except (pyx12.errors.X12Error, IndexError):  # an end without its beginning
        return found, {("isa", "unreadable")}
    return found, {error[:2] for error in errors if error[0] != "seg"} - REPEATED_CONTROL_NUMBERS


def own_segments(text: str) -> Iterator[list[str]]:
    reader = SegmentReader(io.BytesIO(text.encode()))
    delimiters = reader.next_interchange()
    assert delimiters is not None
    while raws := reader.segments():
        yield from (raw.split(delimiters.element) for raw in raws)


def test_pyx12_reads_the_same_segments() -> None:
    """A tokenizer of one's own must at least agree with the one that everybody uses."""
    theirs, faults = segments_of_pyx12(TEXT)
    own = list(own_segments(TEXT))
    assert faults == set()
    assert [[part.strip() for part in segment] for segment in own[1:]] == theirs[1:]
    assert [segment[0] for segment in own] == [segment[0] for segment in theirs]
    assert len(own) == 12 + len([segment for segment in SEGMENTS if not segment.startswith("TCD")])


def test_pyx12_finds_nothing_wrong_with_what_the_sandbox_writes() -> None:
    """The files that we test with are X12 by someone else's judgement too; HL included."""
    reader = pyx12.x12file.X12Reader(io.StringIO(TEXT))
    errors = [error for _ in reader for error in reader.pop_errors()]
    reader.cleanup()
    assert errors + reader.pop_errors() == []


ENVELOPE = [place for place, segment in enumerate(SEGMENTS) if segment[:2] in ("GS", "ST", "SE", "GE", "IE")]
PLACES = st.integers(1, len(SEGMENTS) - 1) | st.sampled_from(ENVELOPE)


@settings(max_examples=400)
@given(
    st.lists(
        st.tuples(st.just("drop"), PLACES)
        | st.tuples(st.just("double"), PLACES)
        | st.tuples(st.just("swap"), PLACES)
        | st.tuples(st.just("cut"), PLACES)
        | st.tuples(st.sampled_from(["first", "second"]), st.sampled_from(ENVELOPE), st.sampled_from("0129X")),
        min_size=1,
        max_size=2,
    )
)
def test_an_interchange_is_rejected_exactly_when_pyx12_faults_its_envelope(mutations: list[tuple[object, ...]]) -> None:
    """Dropped, doubled, swapped and cut segments, changed counts and control numbers."""
    segments = list(SEGMENTS)
    for kind, place, *digit in mutations:
        assert isinstance(place, int)
        at = min(place, len(segments) - 1)
        if at < 1:  # the ISA stays: without one it is no interchange
            break
        if kind == "drop":
            del segments[at]
        elif kind == "double":
            segments.insert(at, segments[at])
        elif kind == "swap":
            segments[at], segments[max(at - 1, 1)] = segments[max(at - 1, 1)], segments[at]
        elif kind == "cut":
            del segments[at:]
        else:
            parts = [*segments[at].split("*"), "", ""]
            element = 1 if kind == "first" else 2
            parts[element] = parts[element][:-1] + str(digit[0])
            segments[at] = "*".join(parts).rstrip("*")
    text = "".join(f"{segment}~\n" for segment in segments)
    _, faults = segments_of_pyx12(text)
    rejects = [reject for reject in parsed(text).rejects if "rejected whole" in reject.reason]
    assert bool(rejects) == bool(faults), (faults, rejects, segments)
