"""The one page of a dispute pack, as PDF: what is disputed, why, how much, and until when.

Only the drawing; the figures come from `domain/dispute_packs.py`. The same pack gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import KeepInFrame, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from cpm_assets.domain.dispute_packs import DisputePack, Total

MOST_ROWS = 14
_INK, _ACCENT, _PALE = colors.HexColor("#1f2933"), colors.HexColor("#0b5c7a"), colors.HexColor("#eef3f6")
_GREY = colors.HexColor("#616e7c")
_MARGIN = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_HEIGHT = A4[1] - 2 * _MARGIN - 12
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=13, textColor=_INK)
_SMALL = ParagraphStyle("small", _BODY, fontSize=7.5, leading=10, textColor=_GREY)
_LABEL = ParagraphStyle("label", _SMALL, leading=9)
_VALUE = ParagraphStyle("value", _BODY, fontName="Helvetica-Bold", fontSize=12, leading=15)
_TITLE = ParagraphStyle("title", _BODY, fontName="Helvetica-Bold", fontSize=20, leading=25, textColor=_ACCENT)
_HEADING = ParagraphStyle(
    "heading", _BODY, fontName="Helvetica-Bold", fontSize=11, leading=14, spaceBefore=12, spaceAfter=5
)
_RIGHT = ParagraphStyle("right", _BODY, alignment=2)
_RIGHT_BOLD = ParagraphStyle("right bold", _RIGHT, fontName="Helvetica-Bold")
_HEAD = ParagraphStyle("head", _SMALL, textColor=colors.white, fontName="Helvetica-Bold")
_HEAD_RIGHT = ParagraphStyle("head right", _HEAD, alignment=2)


def summary_pdf(pack: DisputePack) -> bytes:
    """The page, on A4. Text of carriers is shown as text, never read as markup."""
    title = "Draft of a dispute" if pack.is_draft else "Dispute of charges"
    story = [
        Paragraph(title, _TITLE),
        Spacer(1, 6),
        _facts(pack),
        Paragraph("What is disputed", _HEADING),
        _figures(["Currency"], [([total.currency], total) for total in pack.totals()]),
        Paragraph("Where the difference comes from", _HEADING),
        _figures(
            ["Likely cause", "Currency"], [([_words(part.label), part.currency], part) for part in pack.components()]
        ),
        Spacer(1, 8),
        Paragraph(_explanation(pack), _BODY),
        Paragraph("What it is computed from", _HEADING),
        *_hashes(pack.files()),
    ]
    content = io.BytesIO()
    document = SimpleDocTemplate(
        content,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=_latin(f"{title}: {pack.carrier_name} {pack.invoice_number}"),
        author="CPM Assets",
        invariant=1,
    )
    document.build([KeepInFrame(_WIDTH, _HEIGHT, story, mode="shrink")])
    return content.getvalue()


def _facts(pack: DisputePack) -> Table:
    facts = [
        ("Carrier", pack.carrier_name),
        ("Invoice", pack.invoice_number),
        ("Invoice date", str(pack.invoice_date or "not stated")),
        ("Lines", f"{len(pack.lines):,}"),
        ("Dispute until", str(pack.dispute_deadline or "not known")),
    ]
    cells = [[Paragraph(name, _LABEL), Paragraph(_text(value, 60), _VALUE)] for name, value in facts]
    table = Table([cells], colWidths=[_WIDTH * share for share in (0.28, 0.24, 0.17, 0.12, 0.19)])
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), _PALE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEABOVE", (0, 0), (-1, 0), 2, _ACCENT),
                ("TOPPADDING", (0, 0), (-1, -1), 7),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ]
        )
    )
    return table


def _figures(labels: Sequence[str], rows: Sequence[tuple[Sequence[str], Total]]) -> Table:
    heads = ["Lines", "Billed by you", "By contract", "Difference"]
    table_rows = [[*(Paragraph(label, _HEAD) for label in labels), *(Paragraph(head, _HEAD_RIGHT) for head in heads)]]
    for names, total in rows[:MOST_ROWS]:
        money = [_money(total.carrier_charge), _money(total.internal_charge)]
        table_rows.append(
            [
                *(Paragraph(_text(name, 40), _BODY) for name in names),
                *(Paragraph(text, _RIGHT) for text in (f"{total.lines:,}", *money)),
                Paragraph(_money(total.difference), _RIGHT_BOLD),
            ]
        )
    if len(rows) > MOST_ROWS:
        table_rows.append([Paragraph(f"and {len(rows) - MOST_ROWS} more, in lines.csv", _SMALL)])
    shares = [*[0.36 / len(labels)] * len(labels), 0.1, 0.18, 0.18, 0.18]
    table = Table(table_rows, colWidths=[_WIDTH * share for share in shares])
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), _ACCENT),
                ("LINEBELOW", (0, 1), (-1, -1), 0.4, colors.HexColor("#cbd2d9")),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 4),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return table


def _explanation(pack: DisputePack) -> str:
    lines = (
        "Each line is in <b>lines.csv</b> with both calculations side by side: what the invoice states, and seconds, "
        "rate row, increments, fees and rounding by the contract. "
    )
    if any(line["internal_charge"] is None for line in pack.lines):
        lines += "Lines without a charge by contract are disputed whole. "
    if pack.is_draft:
        lines += "<b>This is a draft:</b> nobody has decided about these lines yet."
    return lines


def _hashes(files: Sequence[tuple[str, str]]) -> list[Paragraph]:
    shown = [Paragraph(f"{_words(kind)}: SHA-256 {_text(sha256, 64)}", _SMALL) for kind, sha256 in files[:MOST_ROWS]]
    if len(files) > MOST_ROWS:
        shown.append(Paragraph(f"and {len(files) - MOST_ROWS} more, in manifest.json", _SMALL))
    return shown


def _money(amount: Decimal | None) -> str:
    return "not known" if amount is None else f"{amount:,.6f}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _text(text: str, longest: int) -> str:
    return escape(_latin(text if len(text) <= longest else f"{text[: longest - 1]}…"))


def _latin(text: str) -> str:
    """The characters that PDF's own fonts have; others as question marks. `manifest.json` has the name as it is."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    return clean.encode("cp1252", "replace").decode("cp1252")
