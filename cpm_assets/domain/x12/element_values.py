"""The text of one X12 element read as a value: amounts, durations, dates, times, called numbers.

Types as X12 names them: R is a decimal number with its point written, N2 an integer in hundredths, DT and TM are digits
only. Each function returns the value or raises `BadValue`. Money and minutes are never floats.
"""

import re
from collections.abc import Callable
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, TypeVar

from cpm_assets.domain.bounds import MAX_DURATION_SECONDS, MAX_INVOICE_CHARGE, MONEY_DECIMALS
from cpm_assets.domain.digits import number_digits
from cpm_assets.domain.field_values import BadValue, shortened

Value = TypeVar("Value")

_R = re.compile(r"-?(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)").fullmatch
_N = re.compile(r"-?[0-9]{1,15}").fullmatch
_DT = re.compile(r"[0-9]{8}").fullmatch
_TM = re.compile(r"([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{1,2})?)?").fullmatch
NATIONAL_LENGTH = 10
_is_national = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}").fullmatch
_ABROAD = "011"
_MICRO = Decimal(1).scaleb(-MONEY_DECIMALS)
_LONGEST_NUMBER = 40


class Remembered(dict[str, Value], Generic[Value]):
    """Texts already read, with their values: amounts and durations repeat, and a dictionary answers in 50 ns.

    A text that cannot be read raises `BadValue`, and is not remembered.
    """

    def __init__(self, read: Callable[[str], Value]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Value:
        value = self[text] = self._read(text)
        return value

    def __call__(self, text: str) -> Value:
        return self[text]

    def forget_beyond(self, size: int) -> None:
        """Starts anew when more than `size` texts are held: a hostile file has no two alike."""
        if len(self) > size:
            self.clear()


def _decimal(text: str) -> Decimal:
    if len(text) > _LONGEST_NUMBER or not _R(text):
        raise BadValue(f"{shortened(text)} is not a number")
    return Decimal(text)


def amount(text: str) -> Decimal:
    """R, in units of the currency: at most six significant decimals, within a line's bounds (D5)."""
    return _within_bounds(_decimal(text), text)


def exact_amount(value: Decimal, text: str) -> Decimal:
    """A calculated amount, rounded half up to six decimals, within a line's bounds. `text` is shown in the reason."""
    if abs(value) > MAX_INVOICE_CHARGE:
        raise BadValue(f"{shortened(text)} is not within {-MAX_INVOICE_CHARGE:,} and {MAX_INVOICE_CHARGE:,}")
    return value.quantize(_MICRO, ROUND_HALF_UP)


def number(text: str) -> Decimal:
    """R, any number: a rate or a quantity."""
    return _decimal(text)


def cents(text: str) -> Decimal:
    """N2: an integer in hundredths."""
    if not _N(text):
        raise BadValue(f"{shortened(text)} is not a whole number of hundredths")
    return _within_bounds(Decimal(text).scaleb(-2), text, most=MAX_INVOICE_CHARGE * 10_000)


def seconds(text: str) -> int:
    """R, seconds or seconds and tenths, as whole seconds half up."""
    return _duration(_decimal(text), text)


def minutes_as_seconds(text: str) -> int:
    """R, minutes or minutes and tenths (steps of six seconds), as whole seconds half up."""
    return _duration(_decimal(text) * 60, text)


def billed_minutes(quantity: Decimal, text: str) -> Decimal:
    """Minutes to six decimals half up (D8), within the bounds of a duration."""
    if not 0 <= quantity <= Decimal(MAX_DURATION_SECONDS) / 60:
        raise BadValue(f"{shortened(text)} minutes are not within 0 and {MAX_DURATION_SECONDS // 60:,}")
    return quantity.quantize(_MICRO, ROUND_HALF_UP)


def calendar_date(text: str) -> date:
    """DT, CCYYMMDD."""
    try:
        if _DT(text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:  # 20260230
        pass
    raise BadValue(f"{shortened(text)} is not a date written CCYYMMDD")


def clock_time(text: str) -> time:
    """TM, HHMM[SS[D[D]]], of the carrier's clock: X12 states no zone."""
    parts = _TM(text)
    try:
        if parts:
            hour, minute, second, hundredths = (int((part or "").ljust(2, "0")) for part in parts.groups())
            return time(hour, minute, second, hundredths * 10_000)
    except ValueError:  # 2460
        pass
    raise BadValue(f"{shortened(text)} is not a time written HHMM, HHMMSS or HHMMSSDD")


def called_number(text: str) -> str:
    """The digits of a called number with its country code (D4).

    X12 is North America's: ten digits, area code and exchange both beginning with 2 to 9, are national there, and
    `011` is what is dialled before a number abroad.
    """
    written = text.strip()
    if _is_national(written):
        return f"1{written}"
    digits = number_digits(written.removeprefix(_ABROAD))
    if digits is None:
        raise BadValue("is not a called number")  # not shown here: it is personal data (D28)
    return digits


def _duration(value: Decimal, text: str) -> int:
    whole = int(value.quantize(Decimal(1), ROUND_HALF_UP))
    if not 0 <= whole <= MAX_DURATION_SECONDS:
        raise BadValue(f"{shortened(text)} is not within 0 and {MAX_DURATION_SECONDS:,} seconds")
    return whole


def _within_bounds(value: Decimal, text: str, most: Decimal = MAX_INVOICE_CHARGE) -> Decimal:
    if not -most <= value <= most:
        raise BadValue(f"{shortened(text)} is not within {-most:,} and {most:,}")
    if value != value.quantize(_MICRO):
        raise BadValue(f"{shortened(text)} has more than {MONEY_DECIMALS} decimals")
    return value
