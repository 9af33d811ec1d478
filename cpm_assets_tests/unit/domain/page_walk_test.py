"""Tests of `domain/page_walk.py`: what counts as a page, and that the walk reaches every one and ends."""

import json
from decimal import Decimal

import pytest

from cpm_assets.domain.extraction_errors import IncompleteExtraction, MalformedPage
from cpm_assets.domain.page_walk import MAX_PAGES, Page, read_page, single_line, walk_pages


def _page(number: int, token: str | None) -> Page:
    return Page(number, b"", [], None, token)


def test_each_page_is_asked_with_the_token_of_the_page_before() -> None:
    """A walk that forgets the token reads the first page again and again, or misses the rest of the day."""
    asked = []

    def fetch(number: int, token: str | None) -> Page:
        asked.append((number, token))
        return _page(number, {1: "a", 2: "b", 3: None}[number])

    assert [page.number for page in walk_pages(fetch)] == [1, 2, 3]
    assert asked == [(1, None), (2, "a"), (3, "b")]


def test_a_page_without_legs_in_the_middle_does_not_end_the_walk() -> None:
    """Only a missing token ends it: an empty page before full ones would cut the day off."""
    pages = list(walk_pages(lambda number, _token: _page(number, "next" if number == 1 else None)))
    assert len(pages) == 2


def test_a_token_that_comes_again_is_an_incomplete_extraction() -> None:
    """Going in a circle would run for ever, and stopping quietly would lose the rest."""
    with pytest.raises(IncompleteExtraction, match="page 3 names a next page token"):
        list(walk_pages(lambda number, _token: _page(number, "ab"[number % 2])))


def test_a_walk_without_end_stops() -> None:
    """An API that makes up new tokens for ever would fill the disk."""
    with pytest.raises(IncompleteExtraction, match="no last page"):
        for page in walk_pages(lambda number, _token: _page(number, str(number))):
            assert page.number <= MAX_PAGES


def test_pages_are_fetched_only_as_they_are_taken() -> None:
    """Fetching ahead would hold the whole day in memory."""
    fetched = []

    def fetch(number: int, _token: str | None) -> Page:
        fetched.append(number)
        return _page(number, str(number))

    next(walk_pages(fetch))
    assert fetched == [1]


def test_a_page_keeps_its_body_and_its_legs_in_order() -> None:
    """The lake must be able to show what was received, byte by byte."""
    body = b'{"entities": [{"legId": "a", "unknown": [1]}, null], "total": 2, "nextPageToken": "t", "more": 1}'
    page = read_page(4, body)
    assert (page.number, page.body, page.total, page.next_page_token) == (4, body, 2, "t")
    assert page.entities == [{"legId": "a", "unknown": [1]}, None]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"<html>gateway</html>", "not JSON"),
        (b'{"entities": [{"legId": "a"', "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "a JSON list, not an object"),
        (b"null", "not an object"),
        (b"{}", "no list of entities"),
        (b'{"entities": null}', "no list of entities"),
        (b'{"entities": {"legId": "a"}}', "no list of entities"),
        (b'{"entities": [], "total": "3"}', "total"),
        (b'{"entities": [], "total": -1}', "total"),
        (b'{"entities": [], "total": true}', "total"),
        (b'{"entities": [], "nextPageToken": 7}', "nextPageToken"),
        (b'{"entities": [], "nextPageToken": ""}', "nextPageToken"),
    ],
)
def test_an_answer_that_is_no_page_is_malformed(body: bytes, reason: str) -> None:
    """Read as an empty page it would turn a failed day into an empty one (D23)."""
    with pytest.raises(MalformedPage, match=reason):
        read_page(1, body)


@pytest.mark.parametrize("number", ["9" * 5_000, "NaN", "-Infinity", "1e99999999999999999999", "0." + "1" * 5_000])
def test_an_absurd_number_spoils_its_leg_and_not_the_page(number: str) -> None:
    """One leg with 5,000 digits would otherwise fail the day on every attempt."""
    page = read_page(1, f'{{"entities": [{{"duration": {number}}}]}}'.encode())
    (leg,) = page.entities
    assert isinstance(leg, dict)
    assert leg["duration"].is_nan()


def test_fractions_are_exact() -> None:
    """A float would make 220.1 something else before anyone looked at it."""
    (leg,) = read_page(1, b'{"entities": [{"duration": 220.1}]}').entities
    assert leg == {"duration": Decimal("220.1")}


def test_bytes_that_are_no_utf8_spoil_their_leg_and_not_the_page() -> None:
    """One badly encoded name would otherwise fail the day on every attempt."""
    page = read_page(1, b'{"entities": [{"legId": "\xff"}, {"legId": "b"}]}')
    assert page.entities == [{"legId": "\udcff"}, {"legId": "b"}]


def test_a_page_is_one_line_of_the_pages_file_and_means_the_same() -> None:
    """A body with line ends would be read as several pages when the lake is parsed again."""
    body = json.dumps({"entities": [{"legId": "a\nb"}]}, indent=2).replace("\n", "\r\n").encode()
    line = single_line(body)
    assert b"\n" not in line
    assert b"\r" not in line
    assert read_page(1, line).entities == [{"legId": "a\nb"}]
