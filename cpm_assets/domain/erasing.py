"""Erasing one person's number from text, records and pages: what stands in its place, and what must not move.

The number is cut to the longest prefix that any delivered card has for it, and marked. So it goes on being priced as it
was: whatever prefix matched the whole number matches the cut one, and no other prefix does (D4). Punctuation is no part
of a number, so every reader takes the marked one for the digits that were kept. Which files hold a number, and
replacing them, is `resources/erasure.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from cpm_assets.domain.dialled_uris import dialled_number
from cpm_assets.domain.digits import calling_code, number_digits
from cpm_assets.domain.leg_parsing import ParsedLeg, parse_leg
from cpm_assets.domain.page_readers import read_any_page

MARK = "..."
"""After the digits that were kept: no number is written so, and readers of numbers strip it."""

LEAST_ERASED = 3
"""Digits that must go: what is left is then one of at least a thousand numbers."""

LEAST_KEPT = 2
"""The fewest digits that are a number (D4)."""

IDENTITIES = frozenset(
    ("legId", "callId", "startTime", "endTime", "nextPageToken", "carrierName", "callType", "direction", "callOutcome")
    + ("conversationId", "participantId", "sessionId", "peerId", "edgeId", "cursor", "dataAvailabilityDate")
    + ("conversationStart", "conversationEnd", "segmentStart", "segmentEnd")
)
"""Fields of a leg or conversation that name or classify it: the same digits in them are no number, and figures hang on
them."""

_CALLED = frozenset(("destinationNumber", "dnis", "sessionDnis"))
"""Fields that say which number was called."""

_BETWEEN = rb"(?:[ ./()-]|\xc2\xa0|\xe2\x80[\x90-\x95])*"
_RUN = re.compile(rb"[0-9](?:" + _BETWEEN + rb"[0-9])*")
_MOST_DIALLED = 18
"""Digits of a number of D4 with 011 before it."""

_MEASURES = frozenset(("duration", "billingDuration", "total", "totalHits", "pageSize", "pageNumber", "pageCount"))
"""Fields whose JSON numbers count something: never a phone number, and figures hang on them."""

_JSON_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|(?<![0-9.])([0-9]+)(?:\.0+)?(?![0-9.eE])')
"""A JSON text, whether it is a key, or the digits of a whole JSON number."""


class CannotBeErasedError(ValueError):
    """Why a number is not erased, in a sentence that does not hold it."""


@dataclass(frozen=True)
class ErasedNumber:
    """A number (D4's digits, without `+`) and how many of its digits are kept."""

    digits: str
    kept_length: int

    @property
    def kept(self) -> str:
        """The digits that stay: the prefix."""
        return self.digits[: self.kept_length]

    @property
    def marked(self) -> str:
        """What stands in the number's place; a `+` before it stays."""
        return self.kept + MARK

    @property
    def readings(self) -> set[str]:
        """The digits by which an invoice may mean this number."""
        return {self.digits, self.digits[1:]} if len(self.digits) == 11 and self.digits[0] == "1" else {self.digits}

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """The number however its digits are grouped, also with 00 or 011 before it, or of North America without the 1
        (D19), and not as a part of a longer run of digits."""
        readings = [_BETWEEN.join(digit.encode() for digit in each) for each in sorted(self.readings)]
        dialled = rb"(?:(?:00|011)" + _BETWEEN + rb")?"
        return re.compile(rb"(?<![0-9])" + dialled + rb"(?:" + rb"|".join(readings) + rb")(?![0-9])")

    def in_bytes(self, content: bytes) -> bytes:
        """The content of a text file without the number."""
        return self.pattern.sub(self.marked.encode(), content)

    def in_text(self, text: str) -> str:
        """A text without the number."""
        return self.in_bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def written_numbers(content: bytes) -> set[str]:
    """The digits of every number that `ErasedNumber.pattern` could find in a text, however they are grouped."""
    found = set[str]()
    for run in _RUN.findall(content):
        groups = re.findall(rb"[0-9]+", run)
        for first in range(len(groups)):
            digits = ""
            for group in groups[first:]:
                digits += group.decode()
                if len(digits) > _MOST_DIALLED:
                    break
                found.update(
                    digits.removeprefix(dialled) for dialled in ("", "00", "011") if digits.startswith(dialled)
                )
                if len(digits) == 10:
                    found.add(f"1{digits}")
    return {digits for digits in found if len(digits) >= LEAST_KEPT + LEAST_ERASED}


def erased_number(number: str, prefixes: Iterable[str]) -> ErasedNumber:
    """The number to be erased, kept as far as its longest prefix among `prefixes` (those of all cards), else as far as
    its country code. Raises `CannotBeErasedError` when it is no number or a prefix is nearly all of it."""
    digits = number_digits(number)
    if digits is None:
        raise CannotBeErasedError("this is no number of 2 to 15 digits with its country code, such as +14155550123")
    longest = max((prefix for prefix in prefixes if digits.startswith(prefix)), key=len, default=None)
    kept = longest or calling_code(digits) or digits[:LEAST_KEPT]
    kept_length = max(LEAST_KEPT, len(kept))
    if kept_length > len(digits) - LEAST_ERASED:
        raise CannotBeErasedError(
            f"a card has a prefix of {kept_length} of the number's {len(digits)} digits, by which its legs are priced; "
            f"at least {LEAST_ERASED} digits have to go. Without that prefix its figures would move"
        )
    return ErasedNumber(digits, kept_length)


def erase_in_line(line: bytes, number: ErasedNumber) -> bytes:
    """A line of a pages file (one answer as received) without the number; the line itself if it does not hold it.

    Raises `CannotBeErasedError` if any leg of it would then be read otherwise than by its number.
    """
    if not number.pattern.search(line):
        return line
    text = line.decode("utf-8", "surrogateescape")
    field = ""

    def replaced(match: re.Match[str]) -> str:
        nonlocal field
        if match[2]:
            field = match[1]
            return match[0]
        return match[0] if field in IDENTITIES else _value_without(match, field, number)

    erased = _JSON_VALUE.sub(replaced, text)
    if erased == text:
        return line
    content = erased.encode("utf-8", "surrogateescape")
    _check_same_legs(line, content)
    return content


def places_left(line: bytes, number: ErasedNumber) -> set[str]:
    """Where a line of a pages file still holds the number after `erase_in_line`: the names of fields, `a key`, or
    `text` for what is no JSON."""
    if not number.pattern.search(line):
        return set()
    try:
        json.loads(line)
    except ValueError:
        return {"text"}
    left, field = set[str](), ""
    for match in _JSON_VALUE.finditer(line.decode("utf-8", "surrogateescape")):
        if match[2]:
            field = match[1]
            if number.in_text(match[1]) != match[1]:
                left.add("a key")
        elif field in IDENTITIES:
            if number.in_text(match[0]) != match[0]:
                left.add(field)
        elif _value_without(match, field, number) != match[0]:
            left.add(field)
    return left


def _value_without(match: re.Match[str], field: str, number: ErasedNumber) -> str:
    """A JSON value without the number. Ten digits in the called number are a number of their own there: the API's are
    international."""
    if match[3]:
        readings = {number.digits} if field in _CALLED else number.readings
        return number.kept if match[3] in readings and field not in _MEASURES else match[0]
    try:
        value = json.loads(match[0])
    except ValueError:
        return match[0]
    if field in _CALLED and number_digits(dialled_number(value) or value) not in (number.digits, None):
        return match[0]
    erased = number.in_text(value)
    return match[0] if erased == value else json.dumps(erased)


def _check_same_legs(before: bytes, after: bytes) -> None:
    """Raises `CannotBeErasedError` unless each leg is what it was, but for the fields that may hold a number."""
    old, new = ([_without_number(leg) for leg in read_any_page(1, line).entities] for line in (before, after))
    if old != new:
        raise CannotBeErasedError("a leg would be read otherwise without the number")


def _without_number(raw: object) -> object:
    leg = parse_leg(raw)
    if not isinstance(leg, ParsedLeg):
        return leg
    return leg._replace(destination_number=None, destination_digits=None, destination_location=None, sip_call_id=None)


def erased_digits(values: Iterable[str | None], number: ErasedNumber, *, is_invoice: bool) -> list[str | None]:
    """A column of D4's digits without the number: no mark, so that they stay digits. An invoice's ten digits may be the
    number without its country code (D19); the usage API's are another number."""
    readings = number.readings if is_invoice else {number.digits}
    return [number.kept if value in readings else value for value in values]
