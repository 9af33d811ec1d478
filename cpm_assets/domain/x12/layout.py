"""The layout `x12_811`: a file of X12 interchanges to invoice lines and headers.

Hands each segment to the envelope or to the invoice it lies in. What is wrong with an envelope rejects its interchange
whole, and the others of the file are read; nothing here raises for what is in a file.
"""

from typing import BinaryIO

from cpm_assets.domain.deliveries import WHOLE_FILE, ParsedDelivery, rejected_file
from cpm_assets.domain.raw_text import shown_text
from cpm_assets.domain.taken_rows import RejectedRow
from cpm_assets.domain.x12.call_batch import CallId
from cpm_assets.domain.x12.envelope import Envelope, EnvelopeFault
from cpm_assets.domain.x12.invoice_totals import headers
from cpm_assets.domain.x12.line_columns import LineParts
from cpm_assets.domain.x12.segments import Delimiters, SegmentReader, UnreadableInterchange
from cpm_assets.domain.x12.service_invoice import ServiceInvoice

X12_811 = "x12_811"
"""What a contract's `invoice_format` calls it."""

_INVOICE_GROUP, _INVOICE_SET = "CI", "811"
_MOST_WARNINGS = 100
_OLDEST_VERSION = "004010"
"""GS08. Versions before it write years with two digits."""


def read_x12_811(stream: BinaryIO, _file_name_stem: str = "") -> ParsedDelivery:
    """Reads a file of consolidated service invoices. Rows and rejects are numbered by segment, from 1."""
    segments = SegmentReader(stream)
    whole: list[_Interchange] = []
    faults: list[RejectedRow] = []
    highest_ids: dict[str, CallId] = {}
    place = 0
    while True:
        interchange = _Interchange(segments, place, highest_ids)
        try:
            if not interchange.read():
                break
            whole.append(interchange)
        except (EnvelopeFault, UnreadableInterchange) as fault:
            reason = f"the interchange that begins at segment {place + 1} is rejected whole: {fault}"
            faults.append(RejectedRow(place + 1, reason, shown_text(interchange.isa)))
            if isinstance(fault, UnreadableInterchange) or not interchange.skip():
                break
        place = interchange.place
    if not whole and not faults:
        return rejected_file("the file is empty: there is no ISA")
    return _delivery(whole, faults)


class _Interchange:
    """Reads one interchange. Its invoices count only if `read` returns: its IEA then says that it is whole."""

    def __init__(self, segments: SegmentReader, place: int, highest_ids: dict[str, CallId]) -> None:
        self._segments = segments
        self._highest_ids = highest_ids
        self.place = place
        """Segments of the file up to here."""
        self.isa = ""
        self.invoices: list[ServiceInvoice] = []
        self.rejects: list[RejectedRow] = []
        self.warnings: list[str] = []
        self._group: list[str] = []
        self._delimiters = Delimiters("", "", "")
        self._invoice: ServiceInvoice | None = None
        self._set_place = 0

    def read(self) -> bool:
        """Up to and with the IEA; False at the end of the file. Raises `EnvelopeFault` and `UnreadableInterchange`."""
        delimiters = self._segments.next_interchange()
        if delimiters is None:
            return False
        self._delimiters = delimiters
        separator = delimiters.element
        call_tag = f"TCD{separator}"
        envelope: Envelope | None = None
        while True:
            if self._invoice is not None:
                while run := self._segments.run_of(call_tag):
                    written, count = run
                    self._invoice.take_calls(written, count, self.place + 1)
                    self.place += count
            raws = self._segments.segments()
            if not raws:
                break
            index = 0
            try:
                for raw in raws:
                    if self._invoice is not None and raw.startswith(call_tag):
                        self._invoice.take_calls(raw + delimiters.terminator, 1, self.place + index + 1)
                    elif envelope is None:
                        self.isa = raw
                        index += 1  # also if it is at fault: put back, it would be the next interchange for ever
                        envelope = Envelope(raw.split(separator))
                        continue
                    else:
                        self._take(envelope, raw.split(separator), self.place + index + 1)
                    index += 1
                    if envelope is not None and envelope.is_ended:
                        return True
            finally:
                self._segments.put_back(raws[index:])
                self.place += index
        if envelope is not None:
            envelope.end_of_file()
        return True

    def skip(self) -> bool:
        """After a fault: on to the next ISA; False when there is none."""
        next_isa = f"ISA{self._delimiters.element}"
        try:
            while raws := self._segments.segments():
                found = next((index for index, raw in enumerate(raws) if raw.startswith(next_isa)), len(raws))
                self.place += found
                if found < len(raws):
                    self._segments.put_back(raws[found:])
                    return True
        except UnreadableInterchange:
            pass  # the end of what is rejected already
        return False

    def _take(self, envelope: Envelope, segment: list[str], place: int) -> None:
        match segment[0]:
            case "GS":
                envelope.start_group(segment)
                self._group = segment
            case "ST":
                envelope.start_set(segment, place)
                self._start_set(segment, place)
            case "SE":
                envelope.end_set(segment, place)
                self._end_set()
            case "GE":
                envelope.end_group(segment)
            case "IEA":
                envelope.end_interchange(segment)
            case "ISA":
                raise EnvelopeFault("another ISA begins before its IEA")
            case _ if self._invoice is not None:
                self._invoice.take(segment, place)
            case _ if not envelope.holds_set:
                self.warnings.append(f"segment {place}, {segment[0][:10]!r}, is outside a transaction set: not read")

    def _start_set(self, st: list[str], place: int) -> None:
        group, version = (*self._group[1:2], "")[0], (*self._group[8:9], "")[0]
        kind = (*st[1:2], "")[0]
        self._set_place = place
        if group != _INVOICE_GROUP or kind != _INVOICE_SET:
            self.warnings.append(
                f"segment {place}: a set {kind[:10]!r} of group {group[:10]!r} is no invoice: not read"
            )
        elif version < _OLDEST_VERSION:
            reason = f"segment {place}: version {version[:12]!r} (GS08); {_OLDEST_VERSION} and later are read"
            self.rejects.append(RejectedRow(place, reason, shown_text(self._delimiters.element.join(st))))
        else:
            self._invoice = ServiceInvoice(self._delimiters, self._highest_ids)

    def _end_set(self) -> None:
        invoice, self._invoice = self._invoice, None
        if invoice is None:
            return
        invoice.finish()
        if invoice.totals.number is None:
            reason = f"the set that begins at segment {self._set_place} has no invoice number (BIG02)"
            self.rejects.append(RejectedRow(self._set_place, reason, ""))
        else:
            self.invoices.append(invoice)


def _delivery(whole: list[_Interchange], faults: list[RejectedRow]) -> ParsedDelivery:
    invoices = [invoice for interchange in whole for invoice in interchange.invoices]
    if not invoices:
        faults = [fault._replace(line_number=WHOLE_FILE) for fault in faults]
    rejects = [
        *faults,
        *(reject for interchange in whole for reject in interchange.rejects),
        *(reject for invoice in invoices for reject in invoice.rejects),
    ]
    warnings = [
        *(warning for interchange in whole for warning in interchange.warnings),
        *(warning for invoice in invoices for warning in invoice.warnings),
    ]
    return ParsedDelivery(
        rows=LineParts([part for invoice in invoices for part in invoice.row_parts]),
        rejects=sorted(rejects, key=lambda reject: reject.line_number),
        warnings=warnings[:_MOST_WARNINGS],
        headers=headers([invoice.totals for invoice in invoices]),
    )
