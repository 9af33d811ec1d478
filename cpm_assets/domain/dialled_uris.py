"""Addresses of Genesys sessions, `tel:` and `sip:` URIs, as called numbers.

Only which number an address says, and whether it is on the public telephone network. The digits that a rate card is
matched with are made of the number in `digits.py` (D4).
"""

import re

_PHONE_USER = re.compile(r"\+?[0-9]{2,15}(?:\.{3})?").fullmatch
"""With the mark of an erased number (`erasing.py`): it stays the called one."""


def dialled_number(address: object) -> str | None:
    """The number that an address calls, as written there; None when it calls none (a user, a station, nothing).

    Parameters (`;ext=4`) are no part of a number. An extension (`sip:4077@…`) is a number, of the inside.
    """
    scheme, rest = _split(address)
    if scheme == "tel":
        return rest.partition(";")[0] or None
    if scheme == "sip":
        user = rest.partition("@")[0].partition(";")[0]
        return user if _PHONE_USER(user) else None
    return None


def is_public(address: object) -> bool:
    """Whether a carrier connects an address: `tel:`, or a SIP address that calls itself a phone.

    RFC 3261, 19.1.1: with `user=phone` the user part is a telephone number, so a gateway dials it as `tel:`. Any other
    SIP address is reached without a carrier.
    """
    scheme, rest = _split(address)
    if scheme == "tel":
        return bool(rest)
    return scheme == "sip" and "user=phone" in rest.lower().split(";")[1:] and dialled_number(address) is not None


def _split(address: object) -> tuple[str, str]:
    """Scheme in small letters and the rest; `sips` is `sip`. Empty for what is no text or has no scheme."""
    if not isinstance(address, str):
        return "", ""
    scheme, colon, rest = address.strip().partition(":")
    name = scheme.lower()
    return ("sip" if name == "sips" else name, rest.strip()) if colon else ("", "")
