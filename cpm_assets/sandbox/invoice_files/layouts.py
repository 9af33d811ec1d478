"""An invoice in any layout that is read: the file, and what of its lines the layout can say.

Every layout loses something. A ground truth about a file is made from the lines as they stand in it, so that it follows
from the layout by rule.
"""

from dataclasses import dataclass, replace

from cpm_assets.sandbox.invoice_files.call_logs import CALL_LOGS
from cpm_assets.sandbox.invoice_files.stated_invoice import StatedInvoice, StatedLine
from cpm_assets.sandbox.invoice_files.x12 import x12_bytes

X12 = "x12_811"
LAYOUTS = (*CALL_LOGS, X12)

_CALLS = ("call", "credit")
_UNSTATED: dict[str, tuple[str, ...]] = {
    "guide_csv": ("stated_rate", "sip_call_id", "description"),
    "bandwidth_bdr": ("reference", "sip_call_id"),
    "twilio": ("billed_minutes", "stated_rate", "reference", "sip_call_id", "description"),
    "plivo_voice": ("billed_minutes", "reference", "sip_call_id", "description"),
    "plivo_zentrunk": ("reference", "sip_call_id", "description"),
    "didww": ("billed_minutes", "stated_rate", "reference", "sip_call_id", "description"),
    "sinch": ("billed_minutes", "stated_rate", "reference", "sip_call_id", "description"),
    "genesys_cloud_voice": ("reference",),
    X12: ("stated_rate", "reference", "sip_call_id"),
}
"""What a line of the layout has no place for."""

_NUMBERED_BY_ROW = ("didww", "genesys_cloud_voice")
"""Lines without a number of their own: the line of the file is it, below one of headings."""

_EMPTY: dict[str, object] = {
    "billed_minutes": None, "stated_rate": None, "reference": "", "sip_call_id": "", "description": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """A file to be delivered. `lines` are those that it has, each with what it states."""

    name: str
    content: bytes
    lines: tuple[StatedLine, ...]


def invoice_file(layout: str, invoice: StatedInvoice) -> InvoiceFile:
    """The invoice in one of `LAYOUTS`. Named by its number, which call logs have nowhere else.

    Taxes and fees are in X12 alone: a portal's call log lists calls.
    """
    kept = _kept(layout, invoice.lines)
    stated = replace(invoice, lines=kept)
    if layout == X12:
        return InvoiceFile(f"{invoice.invoice_number}.edi", x12_bytes(stated), kept)
    return InvoiceFile(f"{invoice.invoice_number}.csv", CALL_LOGS[layout].written(stated), kept)


def _kept(layout: str, lines: tuple[StatedLine, ...]) -> tuple[StatedLine, ...]:
    lost = {name: _EMPTY[name] for name in _UNSTATED[layout]}
    kept = tuple(replace(line, **lost) for line in lines if layout == X12 or line.line_kind in _CALLS)
    if layout in _NUMBERED_BY_ROW:
        return tuple(replace(line, line_number=str(row)) for row, line in enumerate(kept, start=2))
    return kept
