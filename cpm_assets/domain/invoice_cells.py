"""The cells of an invoice read as a profile says: called numbers, starts, durations, amounts.

One function per kind of cell; each returns a reader for `deliveries.Column`, which returns the value or raises
`BadValue` with a reason that says what was seen.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from email.utils import parsedate_to_datetime

from cpm_assets.domain.bounds import MAX_DURATION_SECONDS, MAX_INVOICE_CHARGE, MAX_RATE, MONEY_DECIMALS, RATE_DECIMALS
from cpm_assets.domain.digits import number_digits
from cpm_assets.domain.field_values import BadValue, Reader, decimal_value, shortened, whole_number
from cpm_assets.domain.invoice_layouts import start_instants
from cpm_assets.domain.invoice_profile import CLOCK, ISO, MINUTES, RFC_2822, SECONDS, InvoiceProfile

Start = tuple[str, datetime | None, datetime | None]
"""The text, the naive local time or None, the naive UTC instant or None."""

_URI = re.compile(r"(?:sips?|tel):([^@;?]+)", re.IGNORECASE).match
_MICROS = Decimal("0.000001")
_MOST_DECIMALS = 18
_whole_seconds = whole_number(0, MAX_DURATION_SECONDS)
_minutes = decimal_value(MONEY_DECIMALS, Decimal(0), Decimal(MAX_DURATION_SECONDS) / 60)
_CLOCK_TEXT = re.compile(r"([0-9]{1,4}):([0-5][0-9]):([0-5][0-9])").fullmatch


def number_reader(profile: InvoiceProfile) -> Reader:
    """Digits of a called number (D4); `sip:` and `tel:` URIs too, and national ones where the profile says how long.

    None for what is no number, where the profile says that such a row is no call.
    """
    length, country_code = profile.national_length, profile.country_code

    def read(text: str) -> str | None:
        text = text.strip()
        uri = _URI(text)
        written = uri[1] if uri else text
        dialled = next((each for each in profile.dialled_before_abroad if written.startswith(each)), None)
        if dialled:
            written = f"+{written.removeprefix(dialled)}"
        digits = number_digits(written)
        if digits is None and profile.others_are_no_calls:
            return None
        if digits is None:
            raise BadValue("is not an international number")  # not shown here: it is personal data (D28)
        if len(digits) == length and not written.startswith("+"):
            return country_code + digits
        return digits

    return read


_FORMS_IN_WORDS = {ISO: "2026-11-20T14:05:00 or 2026-11-20T14:05:00Z", RFC_2822: "Fri, 20 Nov 2026 14:05:00 +0000"}
"""Named forms, as a carrier writes them; the others are patterns of `strptime`."""


def start_reader(profile: InvoiceProfile) -> Reader:
    """A date and time: local by the contract, or UTC where the profile or the text itself says so (D3)."""
    formats, is_utc = profile.start_formats, profile.zone == "UTC"

    def read(text: str) -> Start:
        local, utc = _instants(text.strip(), formats)
        if local is not None and is_utc:
            local, utc = None, local
        return text.strip(), local, utc

    return read


def _instants(text: str, formats: tuple[str, ...]) -> tuple[datetime | None, datetime | None]:
    for each in formats:
        try:
            if each == ISO:
                return start_instants(text)
            instant = parsedate_to_datetime(text) if each == RFC_2822 else datetime.strptime(text, each)  # noqa: DTZ007
            if instant.tzinfo is None:
                return instant, None
            return None, instant.astimezone(UTC).replace(tzinfo=None)
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
    forms = " or ".join(_FORMS_IN_WORDS.get(each, each) for each in formats)
    raise BadValue(f"{shortened(text)} is not a date and time such as {forms}")


def seconds_reader(unit: str) -> Reader:
    """Whole seconds of a duration written in `unit`; minutes are rounded half up to the second."""

    def of_minutes(text: str) -> int:
        minutes = _minutes(text)
        assert isinstance(minutes, Decimal)  # noqa: S101 -- as read; tells mypy
        return int((minutes * 60).quantize(Decimal(1), ROUND_HALF_UP))

    def of_clock(text: str) -> int:
        parts = _CLOCK_TEXT(text.strip())
        seconds = int(parts[1]) * 3600 + int(parts[2]) * 60 + int(parts[3]) if parts else MAX_DURATION_SECONDS + 1
        if seconds > MAX_DURATION_SECONDS:
            raise BadValue(f"{shortened(text)} is not a duration written h:mm:ss")
        return seconds

    return {SECONDS: _whole_seconds, MINUTES: of_minutes, CLOCK: of_clock}[unit]


def billed_minutes_reader(unit: str) -> Reader:
    """Billed minutes (six decimals, half up) of a figure written in `unit`."""
    seconds = seconds_reader(unit)

    def of_seconds(text: str) -> Decimal:
        value = seconds(text)
        assert isinstance(value, int)  # noqa: S101 -- as read; tells mypy
        return minutes_of(value)

    return _minutes if unit == MINUTES else of_seconds


def minutes_of(seconds: int) -> Decimal:
    """Seconds as minutes with six decimals, half up."""
    return (Decimal(seconds) / 60).quantize(_MICROS, ROUND_HALF_UP)


def charge_reader(profile: InvoiceProfile) -> Reader:
    """An amount of money as a charge: positive for what is to be paid. Finer than micro-units only where rounded."""
    decimals = _MOST_DECIMALS if profile.charge_is_rounded else MONEY_DECIMALS
    amount = decimal_value(decimals, -MAX_INVOICE_CHARGE, MAX_INVOICE_CHARGE)
    plain = _plain_number(profile)

    def read(text: str) -> Decimal:
        value = amount(plain(text))
        assert isinstance(value, Decimal)  # noqa: S101 -- as read; tells mypy
        value = value.quantize(_MICROS, ROUND_HALF_UP) if profile.charge_is_rounded else value
        return -value if profile.charge_is_negated and value else value

    return read


def rate_reader(profile: InvoiceProfile) -> Reader:
    """A rate a minute, without its sign: a price list that writes charges as negative amounts does so with rates."""
    rate = decimal_value(RATE_DECIMALS, -MAX_RATE, MAX_RATE)
    plain = _plain_number(profile)

    def read(text: str) -> Decimal:
        value = rate(plain(text))
        assert isinstance(value, Decimal)  # noqa: S101 -- as read; tells mypy
        return abs(value)

    return read


def _plain_number(profile: InvoiceProfile) -> Callable[[str], str]:
    """A number as Python writes it. Thousands only where the marks stand at every third digit: 1.5 is never 15."""
    decimal_mark, thousands_mark = profile.decimal_mark, profile.thousands_mark
    if decimal_mark == "." and not thousands_mark:
        return str
    other = re.escape({".": ",", ",": "."}[decimal_mark])
    grouped = None
    if thousands_mark:
        marks, point = re.escape(thousands_mark), re.escape(decimal_mark)
        grouped = re.compile(rf"-?[0-9]{{1,3}}(?:{marks}[0-9]{{3}})+(?:{point}[0-9]+)?").fullmatch

    def plain(text: str) -> str:
        text = text.strip()
        if grouped and grouped(text):
            text = text.replace(thousands_mark, "")
        if re.search(other, text):
            raise BadValue(f"{shortened(text)} is not a number with the decimal mark {decimal_mark!r}")
        return text.replace(decimal_mark, ".")

    return plain
