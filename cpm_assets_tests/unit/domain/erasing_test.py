"""Claims about `cpm_assets.domain.erasing`: the number goes, and nothing that figures hang on moves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpm_assets.domain.digits import number_digits
from cpm_assets.domain.erasing import (
    CannotBeErasedError,
    ErasedNumber,
    erase_in_line,
    erased_digits,
    erased_number,
    places_left,
)
from cpm_assets.domain.page_readers import read_any_page
from cpm_assets_tests.unit.resources.fake_usage_api import leg

NUMBER = ErasedNumber("14155550198", 7)


def line(*legs: object) -> bytes:
    return json.dumps({"entities": legs, "total": 1}).encode() + b"\n"


@given(st.integers(10**6, 10**15 - 1), st.sets(st.integers(10, 10**4)))
def test_every_prefix_matches_the_cut_number_as_it_matched_the_whole_one(whole: int, others: set[int]) -> None:
    """D4: a leg that is priced by another prefix, or by none, moves a total that was closed."""
    digits = str(whole)
    prefixes = {*map(str, others), digits[:2], digits[:4]}
    number = erased_number(digits, prefixes)
    kept = number_digits(f"+{number.marked}")
    assert {prefix for prefix in prefixes if digits.startswith(prefix)} == {
        prefix for prefix in prefixes if str(kept).startswith(prefix)
    }


def test_without_a_card_the_country_stays_and_nearly_whole_prefixes_are_refused() -> None:
    """A prefix of ten digits is the person; without it the leg would have no price."""
    assert erased_number("+442079460001", []).kept == "44"
    assert erased_number("+1 415 555 0198", []).kept == "14"
    with pytest.raises(CannotBeErasedError, match="9 of the number's 11 digits"):
        erased_number("+14155550198", ["141555501"])
    with pytest.raises(CannotBeErasedError, match="no number"):
        erased_number("Mr Smith", [])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("+14155550198", "+1415555..."),
        ("tel:+1-415-555-0198", "tel:+1415555..."),
        ("call 1 (415) 555-0198 back", "call 1415555... back"),
        ("(415) 555-0198", "(1415555..."),
        ("00 1 415 555 0198", "1415555..."),
        ("sip:14155550198@edge", "sip:1415555...@edge"),
        ("141555501980", "141555501980"),
        ("914155550198", "914155550198"),
        ("+14155550199", "+14155550199"),
    ],
)
def test_a_number_is_found_however_it_is_written_and_no_other_is(text: str, left: str) -> None:
    """One spelling that stays is the whole number that stays; another person's number is not ours to touch."""
    assert NUMBER.in_text(text) == left


def test_a_page_keeps_its_legs_and_every_byte_that_is_not_the_number() -> None:
    """The page is evidence: what else the API said stays as it said it, other legs and fields we do not read too."""
    before = line(leg("a", ani="+1 415 555 0198"), leg("b", destinationNumber="+442079460001", duration=1.50))
    after = erase_in_line(before, NUMBER)
    assert after == before.replace(b"+14155550198", b"+1415555...").replace(b"+1 415 555 0198", b"+1415555...")
    assert erase_in_line(after, NUMBER) == after


def test_ids_and_ten_digits_of_the_api_stay() -> None:
    """An id is how legs are told apart; ten digits of an international API are a number of another country (D4)."""
    page = line(leg("14155550198", destinationNumber="4155550198", callId="4155550198"))
    assert erase_in_line(page, NUMBER) == page


def test_json_numbers_of_any_field_go_and_what_stays_is_told_with_its_place() -> None:
    """Reported as erased while a key or an id still holds it, the person is told what is not so."""
    one = leg(
        "a", ani=14155550198, dialed=14155550198.0, tags={"+14155550198": "x"}, peerId="14155550198", wait=4155550198
    )
    after = erase_in_line(line(one, leg("b", destinationNumber=4155550198)), NUMBER)
    assert b'"ani": 1415555, "dialed": 1415555,' in after
    assert b'"wait": 1415555' in after
    assert places_left(after, NUMBER) == {"a key", "peerId"}
    assert places_left(b"<p>+1 415 555 0198</p>", NUMBER) == {"text"}
    assert places_left(erase_in_line(line(leg("a", ani="+14155550198")), NUMBER), NUMBER) == set()


def test_conversations_keep_their_legs_without_the_number() -> None:
    """Both sources' pages are kept, and a person's number is in the second kind as an address."""

    def session(name: str, address: str) -> dict[str, object]:
        segment = {
            "segmentType": "interact",
            "segmentStart": "2026-11-01T10:00:00Z",
            "segmentEnd": "2026-11-01T10:01:00Z",
        }
        called = {"sessionId": name, "mediaType": "voice", "direction": "outbound", "sessionDnis": address}
        return {"purpose": "customer", "sessions": [{**called, "ani": "tel:+14155550198", "segments": [segment]}]}

    addresses = ("tel:+14155550198", "sip:14155550198@edge;user=phone", "tel:4155550198;ext=2", "tel:+442079460001")
    sessions = [session(f"14155550198-{number}", address) for number, address in enumerate(addresses)]
    page = json.dumps({"conversations": [{"conversationId": "14155550198", "participants": sessions}]}).encode()
    after = erase_in_line(page, NUMBER)
    legs = read_any_page(1, after).entities
    assert [leg["legId"] for leg in legs] == [f"14155550198-{number}" for number in range(4)]  # type: ignore[index]
    numbers = [number_digits(leg["destinationNumber"]) for leg in legs]  # type: ignore[index]
    assert numbers == ["1415555", "1415555", "4155550198", "442079460001"]
    assert b"tel:+14155550198" not in after
    assert erase_in_line(after, NUMBER) == after


def test_a_leg_that_was_rejected_stays_rejected_without_its_number() -> None:
    """A reject that becomes a leg would be billed."""
    page = line(leg("a", destinationNumber=14155550198), leg("b", destinationNumber="+14155550198x"))
    after = erase_in_line(page, NUMBER)
    assert b"5550198" not in after
    assert b'"destinationNumber": 1415555,' in after


def test_parsed_digits_stay_digits_and_an_invoices_ten_digits_are_the_number() -> None:
    """D19: a line without the country code still meets its leg."""
    assert erased_digits(["14155550198", "4155550198", None], NUMBER, is_invoice=True) == ["1415555", "1415555", None]
    assert erased_digits(["14155550198", "4155550198"], NUMBER, is_invoice=False) == ["1415555", "4155550198"]
