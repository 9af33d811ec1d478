"""What a page's blocks of HTML show, as tables of texts: read with a parser, as a browser would."""

import json
from html.parser import HTMLParser
from typing import Any

from streamlit.testing.v1 import AppTest

Table = dict[tuple[str, str], str]


def block_html(page: AppTest, key: str) -> str:
    """The HTML that was sent for a block."""
    found = [element for element in _elements(page.main) if getattr(element, "key", None) == key]
    assert len(found) == 1, f"{len(found)} blocks {key!r} on the page"
    return str(json.loads(found[0].proto.json)["html"])


def has_block(page: AppTest, key: str) -> bool:
    return any(getattr(element, "key", None) == key for element in _elements(page.main))


def grid(page: AppTest, key: str) -> Table:
    """(row name, column name) to text, of the first table of a block; empty cells are left out."""
    parser = _Rows()
    parser.feed(block_html(page, key))
    (_, *columns), *rows = parser.rows
    return {
        (row[0], column): text for row in rows for column, text in zip(columns, row[1:], strict=True) if text.strip()
    }


def texts(page: AppTest, key: str) -> str:
    """All text of a block, as it would be read."""
    parser = _Rows()
    parser.feed(block_html(page, key))
    return " ".join(" ".join(parser.texts).split())


def elements_of(html: str) -> set[str]:
    """The names of all elements that a browser would make."""
    parser = _Rows()
    parser.feed(html)
    return parser.elements


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.texts: list[str] = []
        self.elements: set[str] = set()
        self._is_in_cell = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._is_in_cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._is_in_cell = False

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._is_in_cell:
            self.rows[-1][-1] += data


def _elements(block: Any) -> list[Any]:
    """Every element below a block, in order."""
    found = []
    for child in block.children.values():
        found += _elements(child) if hasattr(child, "children") else [child]
    return found
