"""Claims about the file of a view: it holds what was shown, loads nothing, and runs nothing."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cpm_assets_tests.published_files import MARKUP
from cpm_assets_tests.unit.dashboard.conftest import OpenPage
from cpm_assets_tests.unit.dashboard.page_tables import elements_of, grid
from dashboard.page_file import page_file
from dashboard.viewer import LOCAL, Viewer

AT = datetime(2026, 10, 28, 13, 5, tzinfo=UTC)
LOADS = {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "source", "form", "base"}


def file_of(page: AppTest, viewer: Viewer = LOCAL) -> str:
    return page_file(page.session_state["shown_page"], "Cost per minute", viewer, AT).decode()


@pytest.mark.parametrize("page", ["cpm", "trend"])
def test_a_file_loads_nothing_and_runs_nothing(open_page: OpenPage, page: str) -> None:
    """Opened from a mail it would tell a stranger who reads our prices, or run what a carrier is called."""
    html = file_of(open_page(page=page, days="All"))
    assert MARKUP not in html
    assert elements_of(html) & LOADS == set()
    assert re.search(r"url\(|@import|\bsrc=|\bon\w+=|javascript:", _markup_of(html)) is None
    assert "default-src 'none'" in html


def test_a_file_has_every_figure_of_the_view_and_no_control(open_page: OpenPage) -> None:
    """Who gets it by mail has no other place to look a figure up."""
    page = open_page(days="All")
    html = file_of(page)
    for text in grid(page, "cpm_matrix").values():
        assert text.rstrip("°") in html
    assert "button" not in elements_of(html)
    assert "All is re-weighted" in html


def test_a_chart_is_in_the_file_as_drawn(open_page: OpenPage) -> None:
    """A mail program runs no script that would draw it."""
    assert file_of(open_page(page="trend", days="All")).count("<svg") == 3


def test_a_file_says_who_made_it_when(open_page: OpenPage) -> None:
    """A figure that is quoted in March needs to be found again, with what its reader was allowed to see."""
    page = open_page(days="All")
    assert "Made 2026-10-28 13:05 UTC by a &lt;b&gt;, of what this person may see." in file_of(page, Viewer("a <b>"))
    assert "Made 2026-10-28 13:05 UTC." in file_of(page)


def test_the_next_view_does_not_hold_the_last_one(open_page: OpenPage) -> None:
    """What a filter took away must not be sent."""
    page = open_page(days="All")
    once = len(page.session_state["shown_page"])
    page.run()
    assert len(page.session_state["shown_page"]) == once


def _markup_of(html: str) -> str:
    """What a browser would act on: elements with their attributes, and style sheets; no text."""
    parser = _Markup()
    parser.feed(html)
    return " ".join(parser.found)


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._is_style = tag == "style"
        self.found += [f"{name}={value}" for name, value in attrs if name not in ("aria-label", "title")]

    def handle_data(self, data: str) -> None:
        if self._is_style:
            self.found.append(data)
