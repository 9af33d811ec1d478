"""Tests of `domain/leg_parsing.py`: what is read, what is rejected, and that nothing ever raises."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpm_assets.domain.leg_parsing import LegReject, ParsedLeg, parse_leg

GUIDE_LEG: dict[str, Any] = {
    "callId": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    "legId": "leg-9876-5432-1098-76543210abcdef",
    "startTime": "2023-10-01T14:22:10.000Z",
    "endTime": "2023-10-01T14:25:45.000Z",
    "duration": 215,
    "billingDuration": 220,
    "carrierName": "Bandwidth.com",
    "destinationNumber": "+14155550198",
    "destinationLocation": "San Francisco, CA",
    "callType": "voip",
    "direction": "outbound",
    "callOutcome": "answered",
}


def _parsed(**changes: object) -> ParsedLeg:
    leg = parse_leg(GUIDE_LEG | changes)
    assert isinstance(leg, ParsedLeg), leg
    return leg


def _reason(**changes: object) -> str:
    reject = parse_leg(GUIDE_LEG | changes)
    assert isinstance(reject, LegReject), reject
    return reject.reason


def test_the_guides_leg_is_read_whole() -> None:
    """The guide's payload is the contract with the source."""
    assert _parsed() == ParsedLeg(
        leg_id="leg-9876-5432-1098-76543210abcdef",
        call_id="a1b2c3d4-e5f6-7890-abcd-ef1234567890",
        sip_call_id=None,
        start_time_utc=datetime(2023, 10, 1, 14, 22, 10, tzinfo=UTC),
        end_time_utc=datetime(2023, 10, 1, 14, 25, 45, tzinfo=UTC),
        media_seconds=215,
        billing_seconds=220,
        carrier_name="Bandwidth.com",
        destination_number="+14155550198",
        destination_digits="14155550198",
        destination_location="San Francisco, CA",
        call_type="voip",
        direction="outbound",
        call_outcome="answered",
        is_billing_duration_computed=False,
    )


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(0, 0), (604_800, 604_800), (Decimal("220.0"), 220), (220.0, 220), ("220", 220), ("220.0", 220)]
    + [(Decimal("2.2E2"), 220)],
)
def test_integral_durations_are_read_however_they_are_written(value: object, seconds: int) -> None:
    """220.0 is 220 (D6): rejecting it would reject the days of a source that writes all numbers so."""
    leg = _parsed(duration=value, billingDuration=value)
    assert (leg.media_seconds, leg.billing_seconds) == (seconds, seconds)


@pytest.mark.parametrize(
    "value",
    [True, False, "abc", "", " 220", "2e2", "٣", 220.5, Decimal("0.5"), Decimal("NaN"), Decimal("sNaN"), float("nan")]
    + [float("inf"), Decimal("1E+999999999999999"), Decimal("1E-999999999999999"), 604_801, -604_801, 10**30, [], {}],
)
def test_a_duration_that_is_no_whole_number_within_bounds_is_rejected(value: object) -> None:
    """Taken in, it would crash the arithmetic of every leg of the day, or be rounded in silence (D5, D6)."""
    assert "billingDuration" in _reason(billingDuration=value)
    assert "duration" in _reason(duration=value)


@pytest.mark.parametrize("value", [None, 0, -1])
def test_a_leg_that_bills_nothing_is_read(value: int | None) -> None:
    """D14 must see it to reject its day: dropped here it would be lost in silence."""
    assert _parsed(billingDuration=value).billing_seconds == value


def test_a_negative_media_duration_is_rejected() -> None:
    """No call is shorter than nothing."""
    assert _reason(duration=-1) == "duration is negative"


def test_duration_may_be_missing_only_where_no_media_was_yet() -> None:
    """An ended, answered leg without duration is a fault of the source and must be counted as one."""
    assert _parsed(duration=None, callOutcome="busy").media_seconds is None
    assert _parsed(duration=None, endTime=None).media_seconds is None
    assert _reason(duration=None) == "duration is missing in an ended, answered leg"


def test_a_leg_without_end_is_in_progress() -> None:
    """D16: it is counted, not rejected."""
    leg = {name: value for name, value in GUIDE_LEG.items() if name != "endTime"}
    parsed = parse_leg(leg)
    assert isinstance(parsed, ParsedLeg)
    assert parsed.end_time_utc is None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2023-10-01T14:22:10Z", datetime(2023, 10, 1, 14, 22, 10, tzinfo=UTC)),
        ("2023-10-01T23:30:00-02:00", datetime(2023, 10, 2, 1, 30, tzinfo=UTC)),
        ("2023-10-01T14:22:10.123456+05:30", datetime(2023, 10, 1, 8, 52, 10, 123456, tzinfo=UTC)),
    ],
)
def test_instants_become_utc(text: str, instant: datetime) -> None:
    """A leg belongs to the UTC day of its start (D1): an offset left on would move it to another day."""
    leg = _parsed(startTime=text, endTime=text)
    assert leg.start_time_utc == instant
    assert leg.start_time_utc.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [None, "", 1696170130, "2023-10-01", "2023-10-01T14:22:10", "2023-02-30T00:00:00Z", "2023-10-01T25:00:00Z", True]
    + ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-10:00", "yesterday", "2023-10-01T14:22:10Z\ud800", []],
)
def test_a_start_that_is_no_instant_is_rejected(value: object) -> None:
    """A time without zone would be read in the machine's own, and the leg land on another day."""
    assert "startTime" in _reason(startTime=value)


def test_an_end_before_the_start_is_rejected() -> None:
    """And an end equal to it is not: an attempt may last no time at all."""
    assert _reason(endTime="2023-10-01T14:22:09.999Z") == "endTime is before startTime"
    assert _parsed(endTime=GUIDE_LEG["startTime"], duration=0)
    assert "endTime" in _reason(endTime="later")


@pytest.mark.parametrize("written", ["+1 (415) 555-0198", "tel:+14155550198", "TEL:1.415.555.0198", "14155550198"])
def test_numbers_are_reduced_to_digits_and_kept_as_sent(written: str) -> None:
    """Digits are what the rate card's prefixes are matched with (D4)."""
    leg = _parsed(destinationNumber=written)
    assert (leg.destination_number, leg.destination_digits) == (written, "14155550198")


@pytest.mark.parametrize("written", ["anonymous", "0", "5", "+0415", "1" * 16, "sip:bob@example.com", "١٢٣٤٥", "1415x"])
def test_a_destination_that_is_no_number_is_rejected(written: str) -> None:
    """It would match no prefix, or a wrong one."""
    assert _reason(destinationNumber=written) == "destinationNumber is no number"


@pytest.mark.parametrize("missing", [None, ""])
def test_only_outbound_voip_legs_need_a_destination(missing: str | None) -> None:
    """Monitor and internal legs call nobody outside; rejected, their minutes would miss in the handling cost."""
    assert _parsed(destinationNumber=missing, callType="monitor").destination_digits is None
    assert _parsed(destinationNumber=missing, direction="internal").destination_digits is None
    assert _reason(destinationNumber=missing) == "destinationNumber is no number"


@pytest.mark.parametrize("field", ["legId", "callId"])
@pytest.mark.parametrize("value", [None, "", 7, ["a"]])
def test_a_leg_without_its_ids_is_rejected(field: str, value: object) -> None:
    """Without them it can be neither counted once nor grouped into its call."""
    assert field in _reason(**{field: value})


@pytest.mark.parametrize(
    "name", ["", "  Bandwidth.com ", "BANDWIDTH.COM", "☎️ Télé", "x" * 10_000, "O'Brien \"; DROP TABLE legs;--", None]
)
def test_carrier_names_are_kept_exactly(name: str | None) -> None:
    """D12: case and spaces count; a trimmed name would make an unknown carrier known."""
    assert _parsed(carrierName=name).carrier_name == name


@pytest.mark.parametrize(
    "field",
    ["sipCallId", "carrierName", "destinationNumber", "destinationLocation", "callType", "direction", "callOutcome"],
)
def test_other_texts_must_be_texts(field: str) -> None:
    """A number or list in a text column stops the whole Parquet file."""
    assert _reason(**{field: 5}) == f"{field} is no text"


@pytest.mark.parametrize("name", ["half \ud83d", "nul \0"])
def test_texts_that_cannot_be_stored_are_rejected(name: str) -> None:
    """Arrow refuses a lone surrogate for the whole row group of 20,000 legs."""
    assert "half character" in _reason(carrierName=name)
    reject = parse_leg(GUIDE_LEG | {"legId": name})
    assert isinstance(reject, LegReject)
    assert reject.leg_id is None


def test_a_reject_keeps_the_id_it_could_read() -> None:
    """On-call looks a rejected leg up by it."""
    assert parse_leg(GUIDE_LEG | {"duration": "abc"}) == LegReject(
        GUIDE_LEG["legId"], "duration is no whole number of seconds within bounds"
    )


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
_SPOILED_LEG = st.dictionaries(st.sampled_from(sorted(GUIDE_LEG) + ["sipCallId"]), _JSON, max_size=3)


@settings(max_examples=120, deadline=None)
@given(st.one_of(_JSON, _SPOILED_LEG.map(lambda changes: GUIDE_LEG | changes)))
def test_no_json_value_raises(raw: object) -> None:
    """One leg that raises would stop the day for all the others."""
    leg = parse_leg(raw)
    if isinstance(leg, ParsedLeg):
        assert leg.leg_id.encode()
        assert abs(leg.billing_seconds or 0) <= 604_800
    else:
        assert leg.reason
