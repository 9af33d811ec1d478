"""Tests of `domain/dialled_uris.py`: which number an address calls, and whether a carrier connects it."""

import pytest

from cpm_assets.domain.dialled_uris import dialled_number, is_public


@pytest.mark.parametrize(
    ("address", "number", "public"),
    [
        ("tel:+14155550198", "+14155550198", True),
        ("TEL:14155550198", "14155550198", True),
        ("tel:+14155550198;ext=204", "+14155550198", True),
        ("sip:+14155550198@gateway.example;user=phone", "+14155550198", True),
        ("sips:+14155550198@gateway.example;transport=tls;user=phone", "+14155550198", True),
        ("sip:+14155550198@gateway.example", "+14155550198", False),
        ("sip:4077@sandbox.example", "4077", False),
        ("sip:6a2f-agent@webrtc.example;user=phone", None, False),
        ("sip:anonymous@anonymous.invalid", None, False),
        ("tel:", None, False),
    ],
)
def test_addresses_say_a_number_and_whether_a_carrier_connects_it(
    address: str, number: str | None, public: bool
) -> None:
    """Of a user at a headset nobody sends a bill; taken for a call, every inside leg would be unrated."""
    assert (dialled_number(address), is_public(address)) == (number, public)


@pytest.mark.parametrize("address", [None, "", 5, "+14155550198", [], "mailto:a@b.example", {"tel": 1}])
def test_what_is_no_address_calls_nobody(address: object) -> None:
    """One field of another shape must not stop the day."""
    assert (dialled_number(address), is_public(address)) == (None, False)
