"""Claims about `domain/review_decisions.py` and `domain/spreadsheet_cells.py`."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cpm_assets.domain.deliveries import parse_delivery
from cpm_assets.domain.field_values import BadValue
from cpm_assets.domain.review_decisions import (
    LONGEST_NAME,
    LONGEST_NOTE,
    REVIEW_DECISIONS,
    ReviewDecision,
    decision_file,
    one_line,
)
from cpm_assets.domain.spreadsheet_cells import plain_cell, safe_cell

FLAG = "0a" * 32
AT = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
DECISION = ReviewDecision(FLAG, "disputed", "Ada", AT, "billed 60/60")


def reason(**cells: str) -> str | None:
    """Why a row is rejected that is right but for these cells; None if it is taken."""
    row = {"flag_id": FLAG, "status": "disputed", "decided_by": "Ada", "decided_at_utc": "2026-11-05T09:30:00Z"} | cells
    parsed = parse_delivery(REVIEW_DECISIONS, f"{','.join(row)}\n{','.join(row.values())}\n".encode())
    return parsed.rejects[0].reason if parsed.rejects else None


def test_a_decision_needs_its_flag_status_person_and_instant_and_nothing_else() -> None:
    """Finance writes such files by hand."""
    assert reason() is None
    content = f"status,flag_id,decided_at_utc,decided_by\nopen,{FLAG},2026-11-05T09:30:00Z,Ada\n"
    (row,) = parse_delivery(REVIEW_DECISIONS, content.encode()).rows
    assert row == (2, (FLAG, "open", "Ada", AT, *[None] * 10))


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        ("decided_at_utc", "2026-11-05T09:30:00", "is not an instant in UTC"),
        ("decided_at_utc", "2026-11-05T09:30:00+01:00", "is not an instant in UTC"),
        ("decided_at_utc", "2026-11-05 09:30:00Z", "is not an instant in UTC"),
        ("decided_at_utc", "2026-02-30T09:30:00Z", "is not an instant in UTC"),
        ("decided_at_utc", "05/11/2026 09:30", "is not an instant in UTC"),
        ("decided_at_utc", "", "decided_at_utc is empty"),
        ("decided_by", " ", "decided_by is empty"),
        ("decided_by", "\x07", "decided_by is empty"),
        ("decided_by", "x" * (LONGEST_NAME + 1), "decided_by has 201 characters; at most 200 are kept"),
        ("note", "x" * (LONGEST_NOTE + 1), "note has 1001 characters; at most 1000 are kept"),
        ("status", "resolved", "is not one of open, accepted, disputed, credited, written_off"),
        ("status", "Disputed", "is not one of"),
        ("flag_id", "0a0a", "is not a flag's id"),
        ("flag_id", FLAG.upper(), "is not a flag's id"),
        ("worth", "1.2345678", "has more than 6 decimals"),
        ("usage_date", "05/11/2026", "is not a date"),
    ],
)
def test_what_cannot_be_a_decision_is_rejected_with_the_reason(column: str, text: str, why: str) -> None:
    """A decision at nobody's time would overrule another; one that vanishes would be made twice."""
    assert why in (reason(**{column: text}) or "")


def test_two_decisions_at_one_instant_by_one_person_that_differ_are_both_rejected() -> None:
    """Taking either would be a guess at what was meant."""
    content = decision_file([DECISION, replace(DECISION, status="accepted"), DECISION])
    parsed = parse_delivery(REVIEW_DECISIONS, content)
    assert parsed.rows == []
    assert {reject.line_number for reject in parsed.rejects} == {2, 3, 4}


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
NAMES = TEXTS.filter(lambda text: text.strip() and len(text.splitlines()) < 10)


@given(by=NAMES.filter(one_line), note=TEXTS, carrier=NAMES, worth=st.decimals(-(10**6), 10**6, places=6))
@example(by="=cmd|' /C calc'!A0", note="'=1+1", carrier=" -Acme ", worth=Decimal("-0.000001"))
@example(by="a\nb", note='"quoted", 1', carrier="Acme\r\nLtd", worth=Decimal("1E+3"))
def test_what_is_written_is_what_the_inbox_reads(by: str, note: str, carrier: str, worth: Decimal) -> None:
    """The dashboard's decision and the one in the queue must be the same; and no cell may run as a formula."""
    subject: dict[str, Any] = {"carrier_name": carrier, "worth": worth, "usage_date": date(2026, 10, 26)}
    content = decision_file([ReviewDecision(FLAG, "disputed", by, AT, note, subject)])
    ((_, values),) = parse_delivery(REVIEW_DECISIONS, content).rows
    assert values[:4] == (FLAG, "disputed", one_line(by), AT)
    assert (values[4] or "") == one_line(note)
    assert values[6:8] == (date(2026, 10, 26), carrier)
    assert values[11] == worth


def test_the_instant_is_written_in_utc() -> None:
    """A decision of a colleague two zones away would otherwise come first or last by an hour."""
    local = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert decision_file([DECISION]) == decision_file([replace(DECISION, decided_at=local)])
    assert b'"2026-11-05T09:30:00Z"' in decision_file([DECISION])


def test_a_decision_that_the_inbox_would_reject_cannot_be_made() -> None:
    """The person is still there to hear of it; an hour later a rejected row tells nobody."""
    for changes in ({"flag_id": "x"}, {"status": "resolved"}, {"decided_by": " \n"}, {"note": "x" * 1_001}):
        with pytest.raises(BadValue, match=next(iter(changes))):
            replace(DECISION, **changes)


@given(TEXTS)
@example("＝1+1")
@example("' =1")
def test_a_safe_cell_is_no_formula_and_can_be_read_back(text: str) -> None:
    """A carrier's text that a spreadsheet runs when finance opens the file (OWASP: CSV injection)."""
    cell = safe_cell(text)
    assert not cell.lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert plain_cell(cell) == text
