"""The walk over the pages of one usage window: what a page is, what comes next, when it is over.

Pure: the transport is passed in. Reading bytes as a page is here because its rules decide when an answer counts as
incomplete; tokens and HTTP are in `resources/usage_source.py`, retrying in `resources/http_patience.py`.
"""

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from cpm_assets.domain.extraction_errors import IncompleteExtraction, MalformedPage

PAGE_SIZE = 500
"""The API's greatest page (guide, part 1)."""

MAX_PAGES = 100_000
"""50 million legs in a window: an API that hands out new tokens for ever is stopped there."""

_LONGEST_NUMBER = 40
"""Digits read of a JSON number. Python refuses integers above 4,300 digits with an error for the whole document."""

_NO_NUMBER = Decimal("NaN")


@dataclass(frozen=True)
class Page:
    """One answer: `body` is what was received, byte by byte; `entities` are its legs, unread."""

    number: int
    body: bytes
    entities: list[object]
    total: int | None
    next_page_token: str | None


_Page = TypeVar("_Page", bound=Page)


def walk_pages(fetch: Callable[[int, str | None], _Page]) -> Generator[_Page]:
    """Every page of a window in order, one in memory at a time.

    `fetch(page_number, next_page_token)` gives one page or raises an `ExtractionError`. Raises `IncompleteExtraction`
    when a token comes again (the walk would go in a circle and never reach the rest) or there is no end.
    """
    token: str | None = None
    seen: set[str] = set()
    for number in range(1, MAX_PAGES + 1):
        page = fetch(number, token)
        yield page
        token = page.next_page_token
        if token is None:
            return
        if token in seen:
            raise IncompleteExtraction(f"page {number} names a next page token that an earlier page named already")
        seen.add(token)
    raise IncompleteExtraction(f"no last page among the first {MAX_PAGES} pages")


def read_page(number: int, body: bytes) -> Page:
    """Reads an answer's bytes as page `number`. Raises `MalformedPage` saying what was wrong.

    A number that no field can hold (NaN, 5,000 digits) and bytes that are no UTF-8 spoil only the leg they stand in:
    they become a NaN and lone surrogates, which `leg_parsing` rejects.
    """
    document = parsed_json(number, body)
    if not isinstance(document, dict):
        raise MalformedPage(f"page {number} is a JSON {type(document).__name__}, not an object")
    entities = document.get("entities")
    if not isinstance(entities, list):
        raise MalformedPage(f"page {number} has no list of entities, so the answer is incomplete")
    total = document.get("total")
    if total is not None and (type(total) is not int or total < 0):
        raise MalformedPage(f"page {number} has a total that is no count of legs")
    token = document.get("nextPageToken")
    if token is not None and (not isinstance(token, str) or not token):
        raise MalformedPage(f"page {number} has a nextPageToken that is neither null nor a text")
    return Page(number, body, entities, total, token)


def single_line(body: bytes) -> bytes:
    """The body as one line of a pages file: line ends become spaces, which JSON allows only between tokens."""
    return body.replace(b"\r", b" ").replace(b"\n", b" ")


def parsed_json(number: int, body: bytes) -> object:
    """The JSON value of page `number`, numbers exact. Raises `MalformedPage` for bytes that are none."""
    text = body.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    try:
        document: object = json.loads(text, parse_int=_whole, parse_float=_exact, parse_constant=_not_a_number)
    except RecursionError:
        raise MalformedPage(f"page {number} is not JSON that can be read: it is nested too deeply") from None
    except ValueError as error:
        raise MalformedPage(f"page {number} is not JSON ({error}); {len(body)} bytes were received") from None
    return document


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else _NO_NUMBER


def _exact(digits: str) -> Decimal:
    if len(digits) > _LONGEST_NUMBER:
        return _NO_NUMBER
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent that even Decimal cannot hold
        return _NO_NUMBER


def _not_a_number(_name: str) -> Decimal:
    return _NO_NUMBER
