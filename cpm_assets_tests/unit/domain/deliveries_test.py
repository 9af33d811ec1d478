"""Tests of `domain/deliveries.py` and `domain/csv_records.py`: the rules that all delivered CSV files share."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpm_assets.domain.deliveries import Column, DeliverySpec, ParsedDelivery, optional, parse_delivery
from cpm_assets.domain.field_values import exact_text, fee, utc_date

SPEC = DeliverySpec(
    columns=(Column("name", exact_text), Column("since", utc_date), Column("fee", fee), optional("note", exact_text)),
    build=lambda cells: (cells["name"], str(cells["since"]), cells["fee"], cells["note"]),
    key=(0, 1),
)


def _parse(text: str) -> ParsedDelivery:
    return parse_delivery(SPEC, text.encode())


def _file_reason(content: bytes) -> str:
    parsed = parse_delivery(SPEC, content)
    assert not parsed.rows
    ((line_number, reason, _raw_text),) = parsed.rejects
    assert line_number == 0
    return reason


def _row_rejects(*lines: str) -> list[tuple[int, str]]:
    parsed = _parse("\n".join(["name,since,fee", *lines]))
    return [(reject.line_number, reject.reason) for reject in parsed.rejects]


def test_columns_may_be_in_any_order_and_with_a_bom_crlf_and_capitals() -> None:
    """Excel writes it so; rejecting the file would leave the carrier without rates."""
    parsed = parse_delivery(SPEC, b"\xef\xbb\xbfFee, Since ,name\r\n0.5,2026-10-01,Acme\r\n1,2026-10-01,Beta\r\n")
    assert parsed.rows == [(2, ("Acme", "2026-10-01", Decimal("0.5"), None)), (3, ("Beta", "2026-10-01", 1, None))]
    assert not parsed.rejects


def test_unknown_columns_are_ignored_and_named() -> None:
    """A misspelt optional column would otherwise be ignored in silence."""
    parsed = _parse("name,since,fee,notes,\nAcme,2026-10-01,1,x,\n")
    assert parsed.warnings == ["columns ignored: notes"]
    assert len(parsed.rows) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\r\n \n,,\n", "empty"),
        (b"name,since\n", "missing column fee; the header has: name, since"),
        (b"name,since,fee,Name\n", "names a column twice: name"),
        (b"name;since;fee\nAcme;2026-10-01;1\n", "separated by semicolons"),
        (b"name\tsince\tfee\n", "separated by tabs"),
        (b"name|since|fee\n", "separated by bars"),
        (b"name,since,fee\nAcm\xe9,2026-10-01,1\n", "not UTF-8: byte 0xe9 in line 2"),
        ("name,since,fee\n".encode("utf-16"), "UTF-16"),
        (b"\0\0\0", "header cannot be read"),
        (b'"name,since,fee\n', "header cannot be read"),
        (b"PK\x03\x04\x14\x00\x06\x00", "header cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_rejected_whole_saying_what_was_seen(content: bytes, reason: str) -> None:
    """The sender has to know what to mend without asking."""
    assert reason in _file_reason(content)


def test_a_header_alone_is_a_delivery_without_rows() -> None:
    """A carrier with nothing new sends that; it is not a fault."""
    assert _parse("name,since,fee\n") == ParsedDelivery([], [], [], 0)


def test_a_bad_row_is_rejected_alone_with_its_line_and_text() -> None:
    """One typing mistake in a deck of 250,000 rows must not cost the others."""
    parsed = _parse("name,since,fee\nAcme,2026-10-01,abc\n\nBeta,2026-10-01,1\n")
    assert parsed.rejects == [(2, "fee 'abc' is not a number", "Acme,2026-10-01,abc")]
    assert [line for line, _ in parsed.rows] == [4]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Acme,2026-10-01", "2 cells, the header 3"),
        ("Acme,2026-10-01,1,2", "4 cells, the header 3"),
        (",2026-10-01,1", "name is empty"),
        ("Acme,,1", "since is empty"),
        ("Acme,2026-10-01, ", "fee is empty"),
        ("Acme,01/10/2026,1", "not a date"),
        ("Acme,2026-02-30,1", "not a date"),
        ("Acme,20261001,1", "not a date"),
        ("Acme,2026-10-01,NaN", "not a number"),
        ("Acme,2026-10-01,1e2", "not a number"),
        ("Acme,2026-10-01,+1", "not a number"),
        ("Acme,2026-10-01,.5", "not a number"),
        ("Acme,2026-10-01,٣", "not a number"),
        ("Acme,2026-10-01," + "9" * 5_000, "not a number"),
        ("Acme,2026-10-01,0.1234567", "more than 6 decimals"),
        ("Acme,2026-10-01,-0.01", "not within 0 and 1,000"),
        ("Acme,2026-10-01,1000.000001", "not within 0 and 1,000"),
        ('Acme,2026-10-01,"1', "quotes"),
        ('"Acme"x,2026-10-01,1', "quotes"),
        ("Ac\0me,2026-10-01,1", "NUL"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(row: str, reason: str) -> None:
    """D5: casting to find out would round in silence or take a NaN for a rate."""
    ((line_number, told),) = _row_rejects(row)
    assert line_number == 2
    assert reason in told


def test_zeros_behind_the_last_decimal_are_not_significant() -> None:
    """Decks are written with fixed widths: 0.10000000 is a fee with one decimal."""
    assert not _row_rejects("Acme,2026-10-01,0.10000000")


def test_quoted_values_hold_commas_quotes_and_line_ends() -> None:
    """Place names have commas; the line number must still be the row's first line."""
    parsed = _parse('name,since,fee\n"Acme, ""Inc""\nLtd",2026-10-01,1\n"x",2026-10-01,abc\n')
    assert parsed.rows == [(2, ('Acme, "Inc"\nLtd', "2026-10-01", 1, None))]
    assert [reject.line_number for reject in parsed.rejects] == [4]


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    """A CSV reader left to itself takes the rest of the file for one value."""
    lines = ['"Acme,2026-10-01,1', *(f'"Beta {number}",2026-10-01,1' for number in range(50))]
    assert [line for line, _ in _row_rejects(*lines)] == [2]


@pytest.mark.parametrize("name", [" Acme ", "ACME", "☎️", "x" * 10_000, "O'Brien; DROP TABLE x;--", "a\u2028b"])
def test_names_are_kept_exactly(name: str) -> None:
    """D12: a trimmed name is another carrier. Only line ends of CSV end a line."""
    assert _parse(f"name,since,fee\n{name},2026-10-01,1\n").rows[0][1][0] == name


def test_equal_rows_collapse_and_contradicting_ones_are_all_rejected() -> None:
    """Taking either of two rates for one key would be a guess; 1 and 1.00 are the same."""
    parsed = _parse(
        "name,since,fee\nAcme,2026-10-01,1\nAcme,2026-10-01,1.00\nBeta,2026-10-01,1\nBeta,2026-10-01,2\n"
        "Beta,2026-10-01,1\nAcme,2026-10-02,3\n"
    )
    assert [(line, values[0]) for line, values in parsed.rows] == [(2, "Acme"), (7, "Acme")]
    assert [reject.line_number for reject in parsed.rejects] == [4, 5, 6]
    assert parsed.rejects[0].reason == "rows with one key have different values: lines 4, 5, 6"
    assert parsed.collapsed_rows == 1


_CELL = st.sampled_from(["Acme", "2026-10-01", "1", "abc", "", '"', '"x"', "\0", "é", ",", "\n", "\r", ";", "-1"])


@settings(max_examples=120, deadline=None)
@given(st.lists(_CELL, max_size=40).map("".join), st.booleans())
def test_every_line_with_something_on_it_is_taken_collapsed_or_rejected(body: str, has_header: bool) -> None:
    """Nothing that comes in may crash a day or vanish."""
    parsed = _parse(("name,since,fee\n" if has_header else "") + body)
    lines_with_content = sum(1 for line in body.replace("\r", "\n").split("\n") if line.strip(", \t"))
    taken = len(parsed.rows) + len(parsed.rejects) + parsed.collapsed_rows
    assert taken <= lines_with_content + 1
    assert taken or not lines_with_content


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_raise(content: bytes, has_header: bool) -> None:
    """A photograph named deck.csv must not stop the other carriers' decks."""
    parsed = parse_delivery(SPEC, (b"name,since,fee\n" if has_header else b"") + content)
    assert all(reject.reason and "\0" not in reject.raw_text for reject in parsed.rejects)
