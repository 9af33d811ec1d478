"""The text of one CSV cell read as a value: numbers, dates, enumerations (D2, D5).

One function per kind of value; which column has which is in the file of the delivery's kind. Each returns the value or
raises `BadValue` with a reason that says what was seen. Results are remembered, because a deck has 250,000 rows and few
different dates, rates and names.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import available_timezones

from cpm_assets.domain.bounds import MAX_RATE, MONEY_DECIMALS, RATE_DECIMALS

Reader = Callable[[str], object]

_NUMBER = re.compile(r"(-?[0-9]+)(?:\.([0-9]+))?").fullmatch
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z").fullmatch
_TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]").fullmatch
_LONGEST_NUMBER = 40


class BadValue(ValueError):
    """A cell or row that cannot be taken, with the reason for `rejected_reference_rows`."""


def exact_text(text: str) -> str:
    """A name, kept exactly: case and spaces count (D12)."""
    return text


def plain_text(text: str) -> str:
    """An identifier or description without the spaces around it."""
    return text.strip()


def decimal_value(decimals: int, lowest: Decimal, highest: Decimal) -> Reader:
    """Reads an exact number with at most `decimals` significant decimals within bounds (D5). Never a float."""

    @lru_cache(maxsize=65_536)
    def read(text: str) -> Decimal:
        text = text.strip()
        number = _NUMBER(text) if len(text) <= _LONGEST_NUMBER else None
        if number is None:
            raise BadValue(f"{shortened(text)} is not a number")
        if number[2] and len(number[2].rstrip("0")) > decimals:
            raise BadValue(f"{shortened(text)} has more than {decimals} decimals")
        value = Decimal(text)
        if not lowest <= value <= highest:
            raise BadValue(f"{shortened(text)} is not within {lowest:,} and {highest:,}")
        return value

    return read


def whole_number(lowest: int, highest: int) -> Reader:
    """Reads an integral number within bounds; 220.0 is 220 (D6)."""

    @lru_cache(maxsize=65_536)
    def read(text: str) -> int:
        text = text.strip()
        number = _NUMBER(text) if len(text) <= _LONGEST_NUMBER else None
        if number is None or (number[2] or "").strip("0"):
            raise BadValue(f"{shortened(text)} is not a whole number")
        value = int(number[1])
        if not lowest <= value <= highest:
            raise BadValue(f"{shortened(text)} is not within {lowest:,} and {highest:,}")
        return value

    return read


rate = decimal_value(RATE_DECIMALS, Decimal(0), MAX_RATE)
fee = decimal_value(MONEY_DECIMALS, Decimal(0), MAX_RATE)


@lru_cache(maxsize=65_536)
def utc_date(text: str) -> date:
    """`YYYY-MM-DD` and nothing else (D2): 01/02/2026 is two different days."""
    text = text.strip()
    try:
        if _DATE(text):
            return date.fromisoformat(text)
    except ValueError:  # 2026-02-30
        pass
    raise BadValue(f"{shortened(text)} is not a date written YYYY-MM-DD")


def utc_instant(text: str) -> datetime:
    """`YYYY-MM-DDTHH:MM:SSZ`, with up to six decimals of a second, and nothing else: without Z it is nobody's time."""
    text = text.strip()
    try:
        if _INSTANT(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:  # 25:00:00
        pass
    raise BadValue(f"{shortened(text)} is not an instant in UTC written YYYY-MM-DDTHH:MM:SSZ")


@lru_cache(maxsize=1_024)
def currency_code(text: str) -> str:
    """Three capital letters (ISO 4217)."""
    text = text.strip()
    if not _CURRENCY(text):
        raise BadValue(f"{shortened(text)} is not a currency code such as USD")
    return text


def one_of(*allowed: str) -> Reader:
    """Reads one of a few words, written in small letters."""

    def read(text: str) -> str:
        text = text.strip()
        if text not in allowed:
            raise BadValue(f"{shortened(text)} is not one of {', '.join(allowed)}")
        return text

    return read


def true_or_false(text: str) -> bool:
    """`true` or `false`, in any case."""
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise BadValue(f"{shortened(text)} is neither true nor false")
    return word == "true"


def time_zone_name(text: str) -> str:
    """A zone of the IANA database, such as America/New_York."""
    name = text.strip()
    if name not in _zones():
        raise BadValue(f"{shortened(text)} is not a time zone name such as America/New_York")
    return name


def time_of_day(text: str) -> str:
    """`HH:MM`, kept as text."""
    text = text.strip()
    if not _TIME_OF_DAY(text):
        raise BadValue(f"{shortened(text)} is not a time written HH:MM")
    return text


def shortened(text: str) -> str:
    """A value as it is shown in a reason: quoted, and short enough to be read."""
    return repr(text) if len(text) <= 60 else f"{text[:60]!r}…"


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
