"""TCD to invoice lines: each element's meaning, and that the fast way reads what the plain way reads."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpm_assets.domain.x12.call_batch import CallBatch
from cpm_assets.domain.x12.call_detail import CallReader
from cpm_assets_tests.unit.domain.x12.interchanges import LEVELS, call, lines, parsed_set, reason


def clock_shows(*parts: int) -> datetime:
    """A carrier's local time, naive."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


def tcd(
    own_id: str = "1",
    day: str = "20261026",
    clock: str = "142210",
    number: str = "12125550100",
    minutes: str = "",
    seconds: str = "90",
    amounts: str = "*0.25**",
    relationship: str = "",
) -> str:
    """A TCD; `amounts` are elements 12 to 15."""
    return f"TCD*{own_id}*{day}*{clock}*TN*{number}*NY*TN*14155550123*CA*{minutes}*{seconds}*{amounts}*{relationship}"


def test_a_call_is_read_with_everything_that_it_states() -> None:
    """The line of an ordinary call: local time without a zone, the number called and not the caller's."""
    assert call(tcd("000017", amounts="0.30*0.25**")) == {
        "invoice_number": "INV-7",
        "line_number": "000017",
        "destination_digits": "12125550100",
        "start_time_text": "20261026 142210",
        "start_local": clock_shows(2026, 10, 26, 14, 22, 10),
        "duration_seconds": 90,
        "charge_amount": Decimal("0.25"),
        "currency": "USD",
        "line_kind": "call",
    }


@pytest.mark.parametrize(
    ("clock", "start"),
    [
        ("1422", clock_shows(2026, 10, 26, 14, 22)),
        ("142210", clock_shows(2026, 10, 26, 14, 22, 10)),
        ("1422105", clock_shows(2026, 10, 26, 14, 22, 10, 500_000)),
        ("14221057", clock_shows(2026, 10, 26, 14, 22, 10, 570_000)),
    ],
)
def test_the_time_may_have_seconds_tenths_and_hundredths(clock: str, start: datetime) -> None:
    """HHMM[SS[D[D]]]: 1422105 is half a second past, not five seconds."""
    assert call(tcd(clock=clock))["start_local"] == start


def test_starts_without_seconds_are_counted_because_the_usual_tolerance_never_matches_them() -> None:
    """HHMM is up to 59 seconds off: with five seconds of tolerance the whole invoice would be missing from usage."""
    delivery = parsed_set(*LEVELS, tcd("1", clock="1422"), tcd("2", clock="1423"))
    assert delivery.warnings == [
        "invoice INV-7: 2 calls have no seconds in their start: start_tolerance_seconds must be 60"
    ]


def test_durations_in_tenths_of_minutes_are_counted_because_they_are_steps_of_six_seconds() -> None:
    """Two seconds of tolerance match a third of them."""
    delivery = parsed_set(*LEVELS, tcd("1", minutes="1.1", seconds=""), tcd("2"))
    assert delivery.warnings == [
        "invoice INV-7: 1 calls have minutes and tenths for duration: duration_tolerance_seconds must be 6"
    ]


@pytest.mark.parametrize(
    ("minutes", "seconds", "duration"),
    [("", "90", 90), ("1.5", "", 90), ("1.1", "", 66), ("2", "", 120), ("", "61.5", 62), ("", "0", 0), ("9.9", "7", 7)],
)
def test_the_duration_is_in_minutes_or_in_seconds(minutes: str, seconds: str, duration: int) -> None:
    """Elements 10 and 11 are alternatives, either may be empty; tenths of a minute are steps of six seconds."""
    assert call(tcd(minutes=minutes, seconds=seconds))["duration_seconds"] == duration


@pytest.mark.parametrize(
    ("amounts", "charge"),
    [
        ("0.30*0.25**", "0.25"),
        ("0.30***", "0.30"),
        ("**0.30*0.25", "0.25"),
        ("**0.30*", "0.30"),
        ("*.0375**", "0.0375"),
    ],
)
def test_the_amount_is_net_of_discount_where_it_is_stated(amounts: str, charge: str) -> None:
    """Adding up the undiscounted amounts bills the discount; the second pair is the first one said again."""
    assert call(tcd(amounts=amounts))["charge_amount"] == Decimal(charge)


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("2125550100", "12125550100"),
        ("12125550100", "12125550100"),
        ("+12125550100", "12125550100"),
        ("0114930123456", "4930123456"),
        ("493012345678", "493012345678"),
        ("212-555-0100", "2125550100"),
    ],
)
def test_numbers_are_as_north_america_dials_them(number: str, digits: str) -> None:
    """Ten digits are national and 011 goes abroad: read as they stand they match no leg and no rate."""
    assert call(tcd(number=number))["destination_digits"] == digits


@pytest.mark.parametrize(
    ("relationship", "charge", "kind"),
    [("", "0.25", "call"), ("A", "0.25", "call"), ("D", "-0.25", "credit"), ("I", "0", "call"), ("O", "0", "call")],
)
def test_only_an_amount_that_is_added_counts(relationship: str, charge: str, kind: str) -> None:
    """I is included in another charge and O is information: counted, the sum exceeds the invoice."""
    line = call(tcd(relationship=relationship))
    assert (line["charge_amount"], line["line_kind"]) == (Decimal(charge), kind)
    said = f"0.25 is not charged (TCD16 {relationship})" if relationship in ("I", "O") else None
    assert line.get("description") == said


def test_a_negative_amount_is_a_credit() -> None:
    """A call's charge taken back must not look like a call."""
    assert call(tcd(amounts="*-0.25**"))["line_kind"] == "credit"


def test_what_is_billed_comes_from_the_quantity_of_the_call() -> None:
    """QTY in minutes or seconds is what the amount is for; TCD10 and 11 are how long the call was."""
    delivery = parsed_set(*LEVELS, tcd("1"), "QTY*99*2*MJ", tcd("2"), "QTY*99*100*03", tcd("3"), "QTY*99*5*EA")
    assert [line.get("billed_minutes") for line in lines(delivery)] == [Decimal(2), Decimal("1.666667"), None]


def test_what_the_call_says_of_itself_stays_with_it() -> None:
    """An SI after a TCD is the call's, not the telephone line's."""
    delivery = parsed_set(*LEVELS, "SI*TI*TN*14155550123", tcd("1"), "SI*TI*CT*DAY", tcd("2"))
    assert [line["description"] for line in lines(delivery)] == ["TN:14155550123 CT:DAY", "TN:14155550123"]


def test_a_repeated_or_missing_id_hides_no_line() -> None:
    """Ids begin anew with every telephone line: by id alone the second line's calls would replace the first's."""
    delivery = parsed_set(*LEVELS, tcd("1"), tcd("2"), tcd("1"), tcd(""), tcd("2"), tcd("10"))
    assert [line["line_number"] for line in lines(delivery)] == ["1", "2", "1@9", "@10", "2@11", "10"]


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        (tcd(day="20260230"), "TCD02 '20260230' is not a date written CCYYMMDD"),
        (tcd(day="261026"), "TCD02 '261026' is not a date written CCYYMMDD"),
        (tcd(clock="2460"), "TCD03 '2460' is not a time written HHMM, HHMMSS or HHMMSSDD"),
        (tcd(clock="142"), "TCD03 '142' is not a time"),
        (tcd(number="UNKNOWN"), "TCD05 is not a called number"),
        (tcd(minutes="", seconds=""), "neither TCD10 (minutes) nor TCD11 (seconds) has a duration"),
        (tcd(seconds="-1"), "TCD11 '-1' is not within 0 and 604,800 seconds"),
        (tcd(seconds="9999999"), "TCD11 '9999999' is not within 0 and 604,800 seconds"),
        (tcd(minutes="1,5", seconds=""), "TCD10 '1,5' is not a number"),
        (tcd(amounts="***"), "none of TCD12 to TCD15 has an amount"),
        (tcd(amounts="*1e3**"), "amount '1e3' is not a number"),
        (tcd(amounts="*0.1234567**"), "amount '0.1234567' has more than 6 decimals"),
        (tcd(amounts="*1000000.01**"), "amount '1000000.01' is not within -1,000,000 and 1,000,000"),
        (tcd(relationship="S"), "TCD16 relationship code 'S' is not A, D, I or O"),
        ("TCD", "TCD02 '' is not a date"),
    ],
)
def test_a_bad_call_rejects_its_line_with_segment_and_reason(segment: str, said: str) -> None:
    """The other two hundred thousand calls are read."""
    delivery = parsed_set(*LEVELS, tcd("1"), segment, tcd("3"))
    assert [line["line_number"] for line in lines(delivery)] == ["1", "3"]
    (reject,) = delivery.rejects
    assert (reject.line_number, reject.raw_text) == (8, segment)
    assert reject.reason.startswith("segment 8, TCD: ")
    assert said in reject.reason


def test_a_called_number_is_not_repeated_in_the_reason() -> None:
    """Reasons are published; numbers are personal data (D28)."""
    assert "555" not in reason(tcd(number="x555x"))


DIGITS = st.sampled_from(["2125550100", "12125550100", "493012345678", "011493012345678", "1125550100", "x", "²" * 11])
ODD_TEXT = st.sampled_from(["", " 5", "5 ", "\x0013", "9" * 30, "1.5", "W", "-1", "\t7", "²"])
IDS = st.integers(0, 30).map(str) | st.integers(0, 30).map("{:03d}".format) | ODD_TEXT
DAYS = st.sampled_from(["20261026", "20261101", "20260230", "2026-W01", "202W0112"]) | ODD_TEXT
CLOCKS = st.sampled_from(["142210", "000000", "235959", "1422", "246000", "14221050", "14", "1422+1"]) | ODD_TEXT
AMOUNTS = st.sampled_from(
    [
        "*0.25**",
        "0.30***",
        "0.3*0.25**",
        "*-1**",
        "***",
        "**1*",
        "*1.0000001**",
        "*1000000**",
        "*1000001**",
        "*999999.999999**",
    ]
)


def batch_of(segments: list[str]) -> CallBatch:
    batch = CallBatch("~")
    batch.add("".join(f"{segment}~" for segment in segments), len(segments), 10, "11:A-4417")
    return batch


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            tcd,
            own_id=IDS,
            day=DAYS,
            clock=CLOCKS,
            number=DIGITS,
            minutes=st.sampled_from(["", "1.5"]) | ODD_TEXT,
            seconds=st.sampled_from(["", "90", "61.5"]) | ODD_TEXT,
            amounts=AMOUNTS,
            relationship=st.sampled_from(["", "A", "D", "I", "S"]),
        )
        | st.just("TCD*5*20261026*142210*TN*12125550100******90**0.25"),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["as they are", "ids rise", "one call, ids rise"]),
)
def test_a_batch_read_by_columns_is_the_batch_read_call_by_call(segments: list[str], shape: str) -> None:
    """The fast way is only a way: whatever it takes must be what `_line` says of each call. It is made for calls
    written alike, with ids that rise."""
    if shape != "as they are":
        alike = segments[:1] * len(segments) if shape == "one call, ids rise" else segments
        segments = [segment.replace("*", f"*{place:03d}", 1) for place, segment in enumerate(alike)]
    batch = batch_of(segments)
    fast, slow = (CallReader("*", "INV-7", "USD", {}, worth_columns=1) for _ in range(2))
    by_columns, by_call = fast.read(batch), slow._lines(batch)
    assert list(by_columns.rows) == list(by_call.rows)
    assert by_columns[1:] == by_call[1:]
    assert fast._highest_ids == slow._highest_ids
    assert fast.starts_to_the_minute == slow.starts_to_the_minute
    assert fast.durations_in_minutes == slow.durations_in_minutes


def test_ordinary_calls_take_the_fast_way() -> None:
    """A condition that never holds would leave the property above true and the reader slow."""
    batch = batch_of([tcd(f"{place:03d}", number="2125550100", relationship="A") for place in range(500)])
    plain = CallReader("*", "INV-7", "USD", {})._plain_lines(batch)
    assert plain is not None
    assert len(plain.rows) == 500
