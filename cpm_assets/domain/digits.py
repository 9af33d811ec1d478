"""Phone numbers and prefixes as plain digits (D4, D5).

Only well-formedness is decided here: whether a number is in service, or valid in its country, is not asked.
"""

import re

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

_NUMBER = re.compile(r"[1-9][0-9]{1,14}").fullmatch
_INTERNATIONAL_NUMBER = re.compile(r"\+([1-9][0-9]{1,14})").fullmatch
_WRITTEN_IN_NUMBERS = str.maketrans("", "", "+ -.()")
_WRITTEN_IN_PREFIXES = str.maketrans("", "", "+ -.")
_CALLING_CODES = frozenset(str(code) for code in COUNTRY_CODE_TO_REGION_CODE)


def number_digits(text: str) -> str | None:
    """The digits of a called number, without `+`, or None when it is no number by D4.

    `tel:` and the punctuation people write in numbers are taken off.
    """
    international = _INTERNATIONAL_NUMBER(text)
    if international:
        return international[1]
    if text[:4].lower() == "tel:":
        text = text[4:]
    digits = text.translate(_WRITTEN_IN_NUMBERS)
    return digits if _NUMBER(digits) else None


def prefix_part(text: str) -> str:
    """A prefix or country code without the signs that D5 strips; not checked yet."""
    return text.translate(_WRITTEN_IN_PREFIXES)


def is_prefix(digits: str) -> bool:
    """Whether these digits are a prefix: D4 asks of prefixes what it asks of numbers, two to fifteen digits."""
    return _NUMBER(digits) is not None


def calling_code(digits: str) -> str | None:
    """The ITU calling code that a prefix lies in, or None when it is shorter than one (`35`) or of no country.

    No calling code begins another, so the first that fits is the only one.
    """
    for length in (1, 2, 3):
        if digits[:length] in _CALLING_CODES:
            return digits[:length]
    return None
