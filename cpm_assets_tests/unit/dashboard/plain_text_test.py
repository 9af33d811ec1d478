"""Names from carriers and legs stay text, in HTML and in Markdown."""

from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from dashboard.plain_text import as_html, as_markdown

HOSTILE = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "$\\frac{1}{2}$",
    ":material/home: :red[x] :smile:",
    "**bold** _em_ `code` ~~gone~~",
    "# heading\n\n- list\n1. one",
    "&lt;b&gt; &amp;",
    "quote \" and ' = onmouseover=alert(1)",
    "![x](http://example.org/x.png) <http://example.org> http://example.org",
    "| a | b |\n|---|---|",
)


class Texts(HTMLParser):
    """What a browser would show, and the elements it would make."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", HOSTILE)
def test_in_html_it_is_shown_as_it_is(name: str) -> None:
    """A carrier that names itself `<script>…` would run in every analyst's browser."""
    page = Texts()
    page.feed(f"<p>{as_html(name)}</p>")
    assert (page.text, page.elements) == (name, ["p"])


@pytest.mark.parametrize("name", HOSTILE)
def test_in_markdown_it_is_shown_as_it_is(name: str) -> None:
    """A name that becomes a link or a formula is not the name that the invoice bears."""
    page = Texts()
    page.feed(MarkdownIt("gfm-like", {"linkify": False}).render(as_markdown(name)))
    assert page.text.strip() == " ".join(name.split())
    assert page.elements == ["p"]


@pytest.mark.parametrize("name", HOSTILE)
def test_in_markdown_nothing_is_left_that_only_streamlit_gives_a_meaning(name: str) -> None:
    """`$…$` is LaTeX and `:red[…]` a colour there, which no Markdown parser knows."""
    unescaped = as_markdown(name).replace("\\\\", "")
    assert all(unescaped[at - 1] == "\\" for at, character in enumerate(unescaped) if character in "$:[]")
