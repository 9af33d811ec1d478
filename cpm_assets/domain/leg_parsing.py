"""One leg of the usage API, read into typed fields or rejected with a reason.

Only what makes a leg unreadable is decided here. What a leg means (its type, whether it is billable, what it costs) is
SQL, and nothing readable is filtered out (D25). Reasons are a fixed set of sentences, so that they can be counted; the
value that was wrong is in the reject's raw text.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from cpm_assets.domain.bounds import MAX_DURATION_SECONDS
from cpm_assets.domain.digits import number_digits

PARSER_VERSION = 2
"""Raised with every change of what these functions return: the lake then reads its pages again."""

_WHOLE_SECONDS_TEXT = re.compile(r"(-?[0-9]{1,12})(?:\.0{1,6})?").fullmatch


class ParsedLeg(NamedTuple):
    """One leg as received. Instants are aware and UTC, durations whole seconds, texts as sent (case and spaces too).

    `destination_digits` are D4's digits of `destination_number`. `is_billing_duration_computed`: `billing_seconds` are
    not the source's word but worked out from the media time (`session_segments.py`). A tuple, because a day has a
    million of them.
    """

    leg_id: str
    call_id: str
    sip_call_id: str | None
    start_time_utc: datetime
    end_time_utc: datetime | None
    media_seconds: int | None
    billing_seconds: int | None
    carrier_name: str | None
    destination_number: str | None
    destination_digits: str | None
    destination_location: str | None
    call_type: str | None
    direction: str | None
    call_outcome: str | None
    is_billing_duration_computed: bool


class LegReject(NamedTuple):
    """Why a leg cannot be read, with its id when at least that could be."""

    leg_id: str | None
    reason: str


class _Unreadable(ValueError):
    """Carries the reason from a field to `parse_leg`."""


def parse_leg(raw: object) -> ParsedLeg | LegReject:
    """Reads one entity of a page. Never raises: whatever cannot be read is a `LegReject`.

    `duration` may be missing only while a leg is in progress (no `endTime`) or was not answered; `billingDuration` may
    be missing, zero or negative, which D14 judges later. A destination must be a number (D4) for outbound voip legs and
    may be missing for the others (internal, inbound, monitor).
    """
    if type(raw) is not dict:
        return LegReject(None, "the leg is not an object")
    try:
        return _parsed(raw)
    except _Unreadable as unreadable:
        return LegReject(_readable_id(raw.get("legId")), str(unreadable))


def _parsed(raw: dict[str, object]) -> ParsedLeg:
    get = raw.get
    leg_id, call_id, sip_call_id = get("legId"), get("callId"), get("sipCallId")
    carrier, number, location = get("carrierName"), get("destinationNumber"), get("destinationLocation")
    call_type, direction, outcome = get("callType"), get("direction"), get("callOutcome")
    if type(leg_id) is not str or not leg_id:
        raise _Unreadable("legId is missing or no text")
    if type(call_id) is not str or not call_id:
        raise _Unreadable("callId is missing or no text")
    if sip_call_id is not None and type(sip_call_id) is not str:
        raise _Unreadable("sipCallId is no text")
    if carrier is not None and type(carrier) is not str:
        raise _Unreadable("carrierName is no text")
    if number is not None and type(number) is not str:
        raise _Unreadable("destinationNumber is no text")
    if location is not None and type(location) is not str:
        raise _Unreadable("destinationLocation is no text")
    if call_type is not None and type(call_type) is not str:
        raise _Unreadable("callType is no text")
    if direction is not None and type(direction) is not str:
        raise _Unreadable("direction is no text")
    if outcome is not None and type(outcome) is not str:
        raise _Unreadable("callOutcome is no text")
    # One look at all the texts together is several times faster than a look at each.
    texts = (sip_call_id, carrier, number, location, call_type, direction, outcome)
    if not _is_storable(leg_id + call_id + "".join(filter(None, texts))):
        raise _Unreadable("a text has a NUL or a half character in it")

    start = _instant(get("startTime"), "startTime is missing or no time with Z or an offset")
    end_time = get("endTime")
    end = None if end_time is None else _instant(end_time, "endTime is no time with Z or an offset")
    if end is not None and end < start:
        raise _Unreadable("endTime is before startTime")

    media_seconds = _whole_seconds(get("duration"), "duration is no whole number of seconds within bounds")
    if media_seconds is None:
        if end is not None and outcome == "answered":
            raise _Unreadable("duration is missing in an ended, answered leg")
    elif media_seconds < 0:
        raise _Unreadable("duration is negative")
    billing_seconds = _whole_seconds(
        get("billingDuration"), "billingDuration is no whole number of seconds within bounds"
    )

    digits = number_digits(number) if number else None
    if digits is None and (number or (call_type == "voip" and direction == "outbound")):
        raise _Unreadable("destinationNumber is no number")
    return ParsedLeg(
        leg_id,
        call_id,
        sip_call_id or None,
        start,
        end,
        media_seconds,
        billing_seconds,
        carrier,
        number,
        digits,
        location,
        call_type,
        direction,
        outcome,
        get("isBillingDurationComputed") is True,
    )


def _instant(value: object, reason: str) -> datetime:
    if type(value) is not str or value[10:11] != "T":
        raise _Unreadable(reason)
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is UTC:
            return instant
        if instant.tzinfo is None:
            raise _Unreadable(reason)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: an offset that leads out of the years 1 to 9999
        raise _Unreadable(reason) from None


def _whole_seconds(value: object, reason: str) -> int | None:
    """D6: an integral number, 220.0 and "220" too, within D5's bound in size. A boolean is no number."""
    if value is None:
        return None
    if type(value) is int:
        seconds = value
    elif isinstance(value, Decimal | float):
        # Bounds before int(): a huge exponent would be written out as an integer of as many digits.
        is_finite = value.is_finite() if isinstance(value, Decimal) else isfinite(value)
        if not is_finite or not -MAX_DURATION_SECONDS <= value <= MAX_DURATION_SECONDS or value != int(value):
            raise _Unreadable(reason)
        seconds = int(value)
    elif type(value) is str and (written := _WHOLE_SECONDS_TEXT(value)):
        seconds = int(written[1])
    else:
        raise _Unreadable(reason)
    if not -MAX_DURATION_SECONDS <= seconds <= MAX_DURATION_SECONDS:
        raise _Unreadable(reason)
    return seconds


def _is_storable(text: str) -> bool:
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _readable_id(value: object) -> str | None:
    return value if type(value) is str and value and _is_storable(value) else None
