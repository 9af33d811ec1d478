"""HTML of lists and of a few figures in a row: every text in them is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.block import pick_attribute
from dashboard.plain_text import as_html


@dataclass(frozen=True)
class Link:
    """A text that leads to an address of the web; any other address is shown, not linked."""

    text: str
    address: str


def list_html(caption: str, headers: Sequence[str], rows: Sequence[Sequence[str | Link]], numbers: int = 0) -> str:
    """A table of texts whose last `numbers` columns are figures. Without rows it says so."""
    if not rows:
        return f'<p class="quiet">{as_html(caption)}: none.</p>'
    first_number = len(headers) - numbers
    head = "".join(_cell("th", text, at >= first_number, ' scope="col"') for at, text in enumerate(headers))
    body = "".join(
        "<tr>" + "".join(_cell("td", text, at >= first_number) for at, text in enumerate(row)) + "</tr>" for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{as_html(caption)}"><table class="list">'
        f"<caption>{as_html(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def pick_list_html(
    caption: str,
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    picks: Sequence[object],
    chosen: object,
    numbers: int = 0,
) -> str:
    """The same, each row with a button in its first cell that stands for one of `picks`; `chosen` is pressed."""
    first_number = len(headers) - numbers
    head = "".join(_cell("th", text, at >= first_number, ' scope="col"') for at, text in enumerate(headers))
    body = []
    for (name, *cells), pick in zip(rows, picks, strict=True):
        pressed = "true" if pick == chosen else "false"
        button = f'<button type="button" aria-pressed="{pressed}" {pick_attribute(pick)}>{as_html(name)}</button>'
        others = "".join(_cell("td", text, at >= first_number) for at, text in enumerate(cells, start=1))
        body.append(f'<tr><th scope="row">{button}</th>{others}</tr>')
    return (
        f'<div class="scroll" tabindex="-1"><table class="list picks"><caption>{as_html(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def figures_html(figures: Sequence[tuple[str, str, str]]) -> str:
    """A few (name, figure, unit or remark) side by side."""
    items = "".join(
        f"<div><dt>{as_html(name)}</dt><dd>{as_html(figure)} <small>{as_html(unit)}</small></dd></div>"
        for name, figure, unit in figures
    )
    return f'<dl class="figures">{items}</dl>'


def _cell(tag: str, content: str | Link, is_number: bool, attributes: str = "") -> str:
    number = ' class="number"' if is_number else ""
    return f"<{tag}{attributes}{number}>{_content(content)}</{tag}>"


def _content(content: str | Link) -> str:
    if isinstance(content, str):
        return as_html(content)
    if not content.address.startswith(("https://", "http://")):
        return as_html(content.address)
    return f'<a href="{as_html(content.address)}" target="_blank" rel="noopener noreferrer">{as_html(content.text)}</a>'
