"""A carrier's invoice as an X12 811, consolidated service invoice, version 004010.

Two levels of account above the calls (HL 1, 2), which hang under a charge detail (HL 8) with the calling line in its
SI. X12 has neither our reference nor a rate, and no zone: those are lost on the way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cpm_assets.sandbox.invoice_files.stated_invoice import StatedInvoice, StatedLine

_NATIONAL_LENGTH = 11


@dataclass(frozen=True, slots=True)
class X12Style:
    """What carriers do differently: delimiters, a line end after each segment, durations in tenths of minutes."""

    element: str = "*"
    component: str = ">"
    terminator: str = "~"
    line_end: str = "\n"
    in_tenths_of_minutes: bool = False


PLAIN = X12Style()


def x12_bytes(invoice: StatedInvoice, style: X12Style = PLAIN, control_number: int = 1) -> bytes:
    """The invoice as one interchange with one group and one set; counts and control numbers right."""
    number = f"{control_number:09d}"
    sent = f"{invoice.invoice_date:%y%m%d}"
    sender, receiver = _party(invoice.carrier_name), _party("CPM ASSETS")
    interchange = ("ISA", "00", " " * 10, "00", " " * 10, "ZZ", sender, "ZZ", receiver, sent, "0400", "U", "00401")
    body = [("ST", "811", "0001"), *_set(invoice, style)]
    segments = [
        (*interchange, number, "0", "P", style.component),
        ("GS", "CI", sender.strip(), receiver.strip(), f"{invoice.invoice_date:%Y%m%d}", "0400", "1", "X", "004010"),
        *body,
        ("SE", str(len(body) + 1), "0001"),
        ("GE", "1", "1"),
        ("IEA", "1", number),
    ]
    end = style.terminator + style.line_end
    return "".join(style.element.join(segment) + end for segment in segments).encode("latin-1", "replace")


def _set(invoice: StatedInvoice, style: X12Style) -> Iterator[tuple[str, ...]]:
    calls = [line for line in invoice.lines if line.line_kind in ("call", "credit")]
    yield "BIG", f"{invoice.invoice_date:%Y%m%d}", invoice.invoice_number
    yield "CUR", "SE", invoice.currency
    yield "REF", "11", invoice.account
    yield "ITD", "01", "3", "", "", "", "", "30"
    yield "DTM", "186", f"{invoice.first_date:%Y%m%d}"
    yield "DTM", "187", f"{invoice.last_date:%Y%m%d}"
    for line in invoice.lines:
        if line.line_kind == "tax":
            yield "TXI", "ST", _number(line.charge), "", "", "", "", "A"
    yield "N1", "SE", _said(invoice.carrier_name, style)
    yield "HL", "1", "", "1"
    yield "HL", "2", "1", "2"
    yield "REF", "12", f"{invoice.account}-1"
    yield "HL", "3", "2", "8"
    yield "LX", "1"
    yield "SI", "TI", "TN", invoice.caller
    for line in calls:
        yield _call(invoice, line, style)
        if line.billed_minutes is not None:
            yield "QTY", "99", _number(line.billed_minutes), "MJ"
    for line in invoice.lines:
        if line.line_kind == "fee":
            yield "USD", "A", _said(line.description, style)[:20], "", "", "", "", "", _number(line.charge)
    yield "TDS", str(int(invoice.total.scaleb(2).quantize(Decimal(1), ROUND_HALF_UP)))
    yield "CTT", str(len(calls))


def _call(invoice: StatedInvoice, line: StatedLine, style: X12Style) -> tuple[str, ...]:
    if line.start is None:
        raise ValueError(f"a call has a start: {line}")
    start = invoice.local(line.start)
    hundredths = f"{start.microsecond // 10_000:02d}" if start.microsecond else ""
    minutes, seconds = "", str(line.duration_seconds)
    if style.in_tenths_of_minutes:
        minutes, seconds = _number((Decimal(line.duration_seconds) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP)), ""
    called, calling = (written_number(digits) for digits in (line.digits, invoice.caller))
    return (
        "TCD", line.line_number, f"{start:%Y%m%d}", f"{start:%H%M%S}{hundredths}", "TN", called, "", "TN", calling, "",
        minutes, seconds, "", _number(line.charge), "", "", "A",
    )  # fmt: skip


def written_number(digits: str) -> str:
    """As it is dialled in North America: ten digits at home, 011 before a number abroad."""
    if len(digits) == _NATIONAL_LENGTH and digits[0] == "1" and digits[1] not in "01" and digits[4] not in "01":
        return digits[1:]
    return f"011{digits}"


def _party(name: str) -> str:
    return name.upper().replace(" ", "")[:15].ljust(15)


def _said(text: str, style: X12Style) -> str:
    """Free text without the characters that are delimiters."""
    return text.translate({ord(each): " " for each in (style.element, style.component, style.terminator, "\n", "\r")})


def _number(value: Decimal) -> str:
    """X12's type R: no exponent, no zeros at the end, no point without decimals."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
