"""One transaction set 811, consolidated service invoice: its segments in order to lines, header and warnings.

What one segment says is read by `charges.py`, `call_detail.py` and `hierarchy.py`; the envelope is not seen here. A
charge that cannot be read rejects its line; only a set without an invoice number is rejected whole.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cpm_assets.domain.field_values import BadValue, currency_code
from cpm_assets.domain.invoice_layouts import INVOICE_LINE_FIELDS
from cpm_assets.domain.raw_text import shown_text
from cpm_assets.domain.taken_rows import ParsedRow, RejectedRow
from cpm_assets.domain.x12 import element_values as read
from cpm_assets.domain.x12.call_batch import CallBatch, CallId
from cpm_assets.domain.x12.call_detail import CallReader
from cpm_assets.domain.x12.charges import CHARGES, element
from cpm_assets.domain.x12.hierarchy import CALL_LEVELS, Hierarchy, identifiers
from cpm_assets.domain.x12.invoice_totals import InvoiceTotals
from cpm_assets.domain.x12.segments import Delimiters

_BATCH = 4_000
_PERIOD_STARTS = ("186", "150", "193")
_PERIOD_ENDS = ("187", "151", "194")
"""DTM01: invoice period, service period, period; the first that is stated counts."""

_MINUTES, _SECONDS = "MJ", "03"
_BROUGHT_FORWARD = ("P", "A")
"""BAL01 of what is due beside this invoice's own charges: the previous month's balance, adjustments and payments."""


@dataclass
class ServiceInvoice:
    """Reads one set. `highest_ids`: the highest TCD01 that the file has had so far, by invoice number."""

    delimiters: Delimiters
    highest_ids: dict[str, CallId]
    totals: InvoiceTotals = field(default_factory=InvoiceTotals)
    row_parts: list[Collection[ParsedRow]] = field(default_factory=list)
    rejects: list[RejectedRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _hierarchy: Hierarchy = field(default_factory=Hierarchy)
    _calls: CallReader | None = None
    _batch: CallBatch = field(init=False)
    _owner: str = "heading"
    """What an SI, REF, QTY, DTM or BAL speaks of: heading, level, call, item or summary."""
    _periods: dict[str, date] = field(default_factory=dict)
    _notes: list[str] = field(default_factory=list)
    _brought_forward: Decimal = Decimal(0)
    _misplaced_calls: int = 0

    def __post_init__(self) -> None:
        self._batch = CallBatch(self.delimiters.terminator)

    def take_calls(self, written: str, count: int, first_place: int) -> None:
        """TCD segments as written, each with its terminator, the first being number `first_place` of the file."""
        if len(self._batch) >= _BATCH:  # not earlier: SI and QTY of the last call come after it
            self._read_calls()
        if self._hierarchy.level_code not in CALL_LEVELS:
            self._misplaced_calls += count
        self._batch.add(written, count, first_place, self._hierarchy.text())
        self._owner = "call"

    def take(self, segment: list[str], place: int) -> None:
        """Any other segment, split into its elements. Never raises for what is in it."""
        name = segment[0]
        if name == "TCD":  # without a single element
            self.take_calls(name + self.delimiters.terminator, 1, place)
        try:
            if name in CHARGES:
                self._take_charge(segment, place)
                if name in ("IT1", "SLN", "USD"):
                    self._owner = "item"
            elif name in _TAKERS:
                _TAKERS[name](self, segment)
        except BadValue as bad:
            raw = self.delimiters.element.join(segment)
            self.rejects.append(RejectedRow(place, f"segment {place}, {name}: {bad}", shown_text(raw)))

    def finish(self) -> None:
        """After the last segment: reads what is held, and compares the lines with the stated total."""
        self._read_calls()
        totals = self.totals
        starts, ends = (
            [self._periods[each] for each in of if each in self._periods] for of in (_PERIOD_STARTS, _PERIOD_ENDS)
        )
        if starts and ends and starts[0] <= ends[0]:
            totals.first_date, totals.last_date = starts[0], ends[0]
        self.warnings += totals.balanced(self._brought_forward, self._notes)
        found = [
            (self._misplaced_calls, "calls hang under no HL of level 8 or 9"),
            (self._hierarchy.orphans, "HLs name a parent that is not open: what is below lost its account"),
        ]
        if self._calls is not None:
            to_the_minute, in_minutes = self._calls.starts_to_the_minute, self._calls.durations_in_minutes
            found += [
                (to_the_minute, "calls have no seconds in their start: start_tolerance_seconds must be 60"),
                (in_minutes, "calls have minutes and tenths for duration: duration_tolerance_seconds must be 6"),
            ]
        for count, text in found:
            if count:
                self.warnings.append(f"invoice {totals.number}: {count} {text}")

    def _read_calls(self) -> None:
        batch, self._batch = self._batch, CallBatch(self.delimiters.terminator)
        if not len(batch):
            return
        if self._calls is None:
            self._calls = CallReader(
                self.delimiters.element, self.totals.number or "", self.totals.currency, self.highest_ids
            )
        calls = self._calls.read(batch)
        self.row_parts.append(calls.rows)
        self.rejects += calls.rejects
        self.totals.lines_sum += calls.total

    def _take_charge(self, segment: list[str], place: int) -> None:
        charge = CHARGES[segment[0]](segment)
        if charge is None:
            return
        text = " ".join(part for part in (charge.text, self._hierarchy.text()) if part)
        line: dict[str, object] = {
            "invoice_number": self.totals.number or "",
            "line_number": f"{segment[0]}@{place}",
            "charge_amount": charge.amount,
            "currency": self.totals.currency,
            "line_kind": charge.kind,
            "description": text,
        }
        self.row_parts.append([(place, tuple([line.get(name) for name in INVOICE_LINE_FIELDS]))])
        self.totals.lines_sum += charge.amount

    def _begin(self, big: list[str]) -> None:
        self.totals.number = element(big, 2) or None
        self.totals.invoice_date = read.calendar_date(element(big, 1)) if element(big, 1) else None

    def _set_currency(self, cur: list[str]) -> None:
        self.totals.currency = currency_code(element(cur, 2))

    def _note(self, nte: list[str]) -> None:
        self._notes.append(element(nte, 2))

    def _set_date(self, dtm: list[str]) -> None:
        """DTM of the heading: 01 what, 02 date, or 05 RD8 and 06 from-to."""
        if self._owner != "heading":
            return
        what, form, period = element(dtm, 1), element(dtm, 5), element(dtm, 6)
        if form == "RD8" and what in _PERIOD_STARTS + _PERIOD_ENDS:
            first, _, last = period.partition("-")
            self._periods.setdefault(_PERIOD_STARTS[0], read.calendar_date(first))
            self._periods.setdefault(_PERIOD_ENDS[0], read.calendar_date(last))
        elif what in _PERIOD_STARTS + _PERIOD_ENDS:
            self._periods[what] = read.calendar_date(element(dtm, 2))

    def _set_total(self, tds: list[str]) -> None:
        self._owner = "summary"
        self.totals.stated_total = read.cents(element(tds, 1))

    def _bring_forward(self, bal: list[str]) -> None:
        if self._owner == "summary" and element(bal, 1) in _BROUGHT_FORWARD:
            self._brought_forward += read.amount(element(bal, 3))

    def _enter_level(self, hl: list[str]) -> None:
        self._owner = "level"
        self._hierarchy.enter(hl)

    def _start_line(self, _lx: list[str]) -> None:
        self._owner = "level"
        self._hierarchy.start_line()

    def _identify(self, segment: list[str]) -> None:
        if self._owner in ("heading", "level"):
            self._hierarchy.name(segment)
        elif self._owner == "call":
            text = " ".join(f"{qualifier}:{value}" for qualifier, value in identifiers(segment).items())
            last = len(self._batch) - 1
            self._batch.own_texts[last] = " ".join(filter(None, (self._batch.own_texts.get(last), text)))

    def _measure(self, qty: list[str]) -> None:
        """A QTY of a call in minutes or seconds: what is billed, its duration being in the TCD itself."""
        unit, quantity = element(qty, 3), element(qty, 2)
        if self._owner == "call" and unit in (_MINUTES, _SECONDS):
            stated = read.number(quantity) if unit == _MINUTES else read.number(quantity) / 60
            self._batch.billed[len(self._batch) - 1] = read.billed_minutes(stated, quantity)


_TAKERS: dict[str, Callable[[ServiceInvoice, list[str]], None]] = {
    "BIG": ServiceInvoice._begin,
    "CUR": ServiceInvoice._set_currency,
    "NTE": ServiceInvoice._note,
    "DTM": ServiceInvoice._set_date,
    "HL": ServiceInvoice._enter_level,
    "LX": ServiceInvoice._start_line,
    "REF": ServiceInvoice._identify,
    "SI": ServiceInvoice._identify,
    "QTY": ServiceInvoice._measure,
    "TDS": ServiceInvoice._set_total,
    "BAL": ServiceInvoice._bring_forward,
}
