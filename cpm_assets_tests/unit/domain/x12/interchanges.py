"""Small X12 files for the tests: segments as lists of elements, in an envelope whose counts are right."""

import io
from collections.abc import Sequence

from cpm_assets.domain.deliveries import ParsedDelivery
from cpm_assets.domain.invoice_layouts import INVOICE_LINE_FIELDS
from cpm_assets.domain.x12.layout import read_x12_811

HEADING = ("BIG*20261103*INV-7", "CUR*SE*USD")
LEVELS = ("HL*1**8",)


def isa(control_number: str = "000000042", element: str = "*", component: str = ">", terminator: str = "~") -> str:
    """An ISA of 106 characters."""
    parts = ("ISA", "00", " " * 10, "00", " " * 10, "ZZ", "CARRIER".ljust(15), "ZZ", "CPM".ljust(15), "261103", "0400")
    return element.join((*parts, "U", "00401", control_number, "0", "P", component)) + terminator


def enclosed(segments: Sequence[str], version: str = "004010") -> list[str]:
    """GS to IEA around the segments of one set, without terminators."""
    return [
        f"GS*CI*CARRIER*CPM*20261103*0400*7*X*{version}",
        "ST*811*0001",
        *segments,
        f"SE*{len(segments) + 2}*0001",
        "GE*1*7",
        "IEA*1*000000042",
    ]


def text_of(segments: Sequence[str], end: str = "~\n") -> str:
    """An interchange of `*`-separated segments from GS to IEA as a file."""
    return isa(terminator=end[0]) + end[1:] + "".join(segment + end for segment in segments)


def parsed(text: str | bytes) -> ParsedDelivery:
    return read_x12_811(io.BytesIO(text.encode("latin-1") if isinstance(text, str) else text), "file")


def parsed_set(*segments: str) -> ParsedDelivery:
    """One invoice with these segments after its heading."""
    return parsed(text_of(enclosed([*HEADING, *segments])))


def lines(delivery: ParsedDelivery) -> list[dict[str, object]]:
    """The lines by field, without the fields that are empty."""
    found = [dict(zip(INVOICE_LINE_FIELDS, values, strict=True)) for _, values in delivery.rows]
    return [{name: value for name, value in line.items() if value is not None} for line in found]


def call(segment: str) -> dict[str, object]:
    """The one line of an invoice with this one TCD."""
    delivery = parsed_set(*LEVELS, segment)
    assert delivery.rejects == []
    (line,) = lines(delivery)
    return line


def reason(*segments: str) -> str:
    """Why the one segment of this invoice that is not taken was rejected."""
    (reject,) = parsed_set(*LEVELS, *segments).rejects
    return reject.reason
