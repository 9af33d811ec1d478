"""The matrix carrier × place as the page shows it: what `queries/matrix.sql` gives, arranged, shaded, and as HTML."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.block import pick_attribute
from dashboard.figure_text import cell_text, count_text, money_text, plural
from dashboard.plain_text import as_html
from dashboard.published import Figures
from dashboard.segment import PLACES, Segment, segment_sql
from dashboard.sql_files import query

SHADES = 5
EVERYTHING = 1_000_000
"""As `top`: no place is left to the rest."""
Key = tuple[str | None, int | None]
"""(carrier, rank of the place); None is All."""


@dataclass(frozen=True)
class Cell:
    """Sums and CPM of one cell, as the query gave them."""

    legs: int
    unrated_legs: int
    billed_seconds: int
    total_cost: Decimal
    cpm: Decimal | None

    @property
    def text(self) -> str:
        return cell_text(self.cpm, self.unrated_legs, self.legs)


@dataclass(frozen=True)
class Matrix:
    """Carriers by name, places by rank (name None is the rest), and the cells that have figures."""

    carriers: tuple[str, ...]
    places: Mapping[int, tuple[str | None, int]]
    cells: Mapping[Key, Cell]


def matrix_of(figures: Figures, segment: Segment, top: int) -> Matrix:
    """The matrix of a segment: the `top` places that cost most, and the rest as one."""
    sql, values = segment_sql(segment)
    cells: dict[Key, Cell] = {}
    places: dict[int, tuple[str | None, int]] = {}
    for row in figures.records(query("matrix", segment=sql, place=PLACES[segment.places]), {**values, "top": top}):
        if row["carrier_name"] is None and row["place_rank"] is not None:
            places[row["place_rank"]] = (row["place"], row["places"])
        if row["legs"] is not None:
            cells[row["carrier_name"], row["place_rank"]] = Cell(
                row["legs"], row["unrated_legs"], row["billed_seconds"], row["total_cost"], row["cpm"]
            )
    carriers = sorted({carrier for carrier, _ in cells if carrier is not None})
    return Matrix(tuple(carriers), places, cells)


@dataclass(frozen=True)
class Layout:
    """How a matrix is laid out: places in rows or carriers in rows, what places are called, and what is chosen."""

    currency: str
    place_word: str = "region"
    carriers_in_rows: bool = False
    selected: tuple[str | None, str | None] | None = None
    rules: Mapping[str, str] | None = None


def matrix_html(matrix: Matrix, layout: Layout) -> str:
    """The table, with All first in both directions; each cell with figures but those of the rest is a button."""
    places: list[int | None] = [None, *matrix.places]
    carriers: list[str | None] = [None, *matrix.carriers]
    rows, columns = (carriers, places) if layout.carriers_in_rows else (places, carriers)
    shades = _shades(matrix)
    parts = [
        f'<div class="scroll" tabindex="-1"><table class="grid" aria-label="Cost per billed minute in '
        f'{as_html(layout.currency)} by carrier and {layout.place_word}"><thead><tr>',
        f'<th scope="col">{layout.place_word if not layout.carriers_in_rows else "carrier"}</th>',
    ]
    parts += [f'<th scope="col"{_title(column, layout)}>{_name(column, matrix, layout)}</th>' for column in columns]
    parts.append("</tr></thead><tbody>")
    for row in rows:
        parts.append('<tr class="all">' if row is None else "<tr>")
        parts.append(f'<th scope="row"{_title(row, layout)}>{_name(row, matrix, layout)}</th>')
        for column in columns:
            carrier, place = (row, column) if layout.carriers_in_rows else (column, row)
            parts.append(_cell_html(matrix, layout, carrier, place, shades, column is None))
        parts.append("</tr>")
    parts.append("</tbody></table></div>")
    return "".join(parts)


def _cell_html(
    matrix: Matrix,
    layout: Layout,
    carrier: object,
    place: object,
    shades: Sequence[Decimal],
    is_in_all_column: bool,
) -> str:
    key: Key = (carrier, place)  # type: ignore[assignment]
    cell = matrix.cells.get(key)
    if cell is None:
        return '<td class="all-column"></td>' if is_in_all_column else "<td></td>"
    is_all = carrier is None or place is None
    css = "all-column" if is_in_all_column else "" if is_all or cell.cpm is None else _shade(cell.cpm, shades)
    word = "" if cell.cpm is not None else ' class="word"'
    mark = "" if cell.cpm is None or not cell.unrated_legs else "<span aria-hidden='true'>°</span>"
    title = as_html(
        f"{money_text(cell.total_cost, 6)} {layout.currency}, {plural(cell.legs, 'leg')}"
        + (f", {plural(cell.unrated_legs, 'unrated leg')}" if cell.unrated_legs else "")
    )
    name = None if place is None else matrix.places[place][0]  # type: ignore[index]
    text = as_html(cell.text) + mark
    td = f'<td class="{css}">' if css else "<td>"
    if place is not None and name is None:  # the rest
        return f'{td}<span{word} title="{title}">{text}</span></td>'
    is_chosen = layout.selected == (carrier, name)
    tab = 0 if is_chosen or (layout.selected is None and is_all and carrier is place) else -1
    return (
        f'{td}<button type="button" tabindex="{tab}" aria-pressed="{"true" if is_chosen else "false"}" title="{title}"'
        f"{word} {pick_attribute([carrier, name])}>{text}</button></td>"
    )


def _name(key: object, matrix: Matrix, layout: Layout) -> str:
    if key is None:
        return "All"
    if isinstance(key, str):
        return as_html(key)
    name, places = matrix.places[key]  # type: ignore[index]
    return as_html(name if name is not None else f"The other {count_text(places)}")


def _title(key: object, layout: Layout) -> str:
    """The carrier's rounding rule, as a tooltip of its name."""
    rule = (layout.rules or {}).get(key) if isinstance(key, str) else None
    return f' title="{as_html(rule)}"' if rule else ""


def _shades(matrix: Matrix) -> list[Decimal]:
    """The CPMs at which a darker shade begins: fifths of the cells that are neither All nor without a CPM."""
    cpms = sorted(
        cell.cpm for (carrier, place), cell in matrix.cells.items() if carrier and place and cell.cpm is not None
    )
    return [cpms[len(cpms) * step // SHADES] for step in range(1, SHADES)] if cpms else []


def _shade(cpm: Decimal, shades: Sequence[Decimal]) -> str:
    return f"shade-{bisect_right(shades, cpm) + 1}"
