"""Which function reads a kept page again: by the name of the source that it came from, as the receipt has it."""

from collections.abc import Callable

from cpm_assets.domain.conversation_page import read_conversation_page
from cpm_assets.domain.extraction_errors import MalformedPage
from cpm_assets.domain.page_walk import Page, read_page

GENESYS_USAGE, GENESYS_ANALYTICS = "genesys_usage", "genesys_analytics"

PageReader = Callable[[int, bytes], Page]


def page_reader(source: str) -> PageReader:
    """The reader of a source's pages; the guide's form for every source that does not name another."""
    return read_conversation_page if source == GENESYS_ANALYTICS else read_page


def read_any_page(number: int, body: bytes) -> Page:
    """Reads a kept page of whichever source: no page has both forms. Raises `MalformedPage`."""
    try:
        return read_page(number, body)
    except MalformedPage:
        return read_conversation_page(number, body)
