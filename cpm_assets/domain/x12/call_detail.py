"""TCD, itemized call detail, as invoice lines: many at a time, because a month has a million of them.

01 id, 02 date, 03 connect time (carrier-local; X12 has no zone), 04 and 05 the number called, 07 and 08 the one that
calls, 10 duration in minutes or 11 in seconds, 12 amount before discount and 13 net of it (14 and 15 likewise),
16 relationship of the amount. `_line` is the rule for one TCD. `_plain_lines` is the same for a batch in which nothing
is unusual, column by column (`call_columns.py`): many times faster, and a property test holds the two together.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import repeat

import pyarrow as pa
import pyarrow.compute as pc

from cpm_assets.domain.field_values import BadValue
from cpm_assets.domain.invoice_layouts import INVOICE_LINE_FIELDS, kind_of_charge
from cpm_assets.domain.raw_text import shown_text
from cpm_assets.domain.taken_rows import ParsedRow, RejectedRow, Values
from cpm_assets.domain.x12 import call_columns as columns
from cpm_assets.domain.x12 import element_values as read
from cpm_assets.domain.x12.call_batch import CallBatch, CallId, Calls
from cpm_assets.domain.x12.charges import sign_of
from cpm_assets.domain.x12.line_columns import LineColumns

_ELEMENTS = 17
"""The segment's name and its sixteen elements."""

_RELATIONSHIP = 16
_READ = (1, 2, 3, 5, 10, 11, 12, 13, _RELATIONSHIP)
"""The elements that a plain call states something in."""

_MOST_REMEMBERED = 200_000


class CallReader:
    """Reads the calls of one set. Remembers values that repeat; nothing of it changes what is read.

    A line's number is its TCD01 as long as these ascend. Where one is empty, or does not (many files begin anew with
    each telephone line), the segment's place in the file is added, so that no line hides another.
    `worth_columns`: calls below which reading column by column is no faster.
    """

    def __init__(
        self,
        separator: str,
        invoice_number: str,
        currency: str | None,
        highest_ids: dict[str, CallId],
        worth_columns: int = 50,
    ) -> None:
        self._worth_columns = worth_columns
        self._separator = separator
        self._invoice_number = invoice_number
        self._currency = currency
        self._amounts = read.Remembered(read.amount)
        self._seconds = read.Remembered(read.seconds)
        self._minutes = read.Remembered(read.minutes_as_seconds)
        self._numbers = read.Remembered(read.called_number)
        self._dates = read.Remembered(read.calendar_date)
        self.starts_to_the_minute = 0
        self.durations_in_minutes = 0
        """How many lines are less exact than the usual tolerances suppose."""
        self._highest_ids = highest_ids
        self._highest_ids.setdefault(invoice_number, (0, ""))

    def read(self, batch: CallBatch) -> Calls:
        """Never raises for what is in the batch."""
        for remembered in (self._amounts, self._seconds, self._minutes, self._numbers, self._dates):
            remembered.forget_beyond(_MOST_REMEMBERED)
        if len(batch) < self._worth_columns:
            return self._lines(batch)
        try:
            plain = self._plain_lines(batch)
        except ValueError:
            plain = None
        return plain or self._lines(batch)

    def _lines(self, batch: CallBatch) -> Calls:
        rows: list[ParsedRow] = []
        rejects: list[RejectedRow] = []
        total = Decimal(0)
        called = zip(batch.raws(), batch.places_and_texts(), strict=True)
        for position, (raw, (place, text)) in enumerate(called):
            try:
                line, amount = self._line(batch, position, raw, place, text)
            except BadValue as bad:
                rejects.append(RejectedRow(place, f"segment {place}, TCD: {bad}", shown_text(raw)))
                continue
            rows.append((place, line))
            total += amount
        return Calls(rows, rejects, total)

    def _line(self, batch: CallBatch, position: int, raw: str, place: int, text: str | None) -> tuple[Values, Decimal]:
        elements = [*raw.split(self._separator), *repeat("", _ELEMENTS)]
        own_id, day, clock, number, minutes, seconds, gross, net, other_gross, other_net, relationship = (
            elements[element].strip() for element in (1, 2, 3, 5, 10, 11, 12, 13, 14, 15, 16)
        )
        start = datetime.combine(_named("TCD02", self._dates, day), _named("TCD03", read.clock_time, clock))
        digits = _named("TCD05", self._numbers, number)
        if not (minutes or seconds):
            raise BadValue("neither TCD10 (minutes) nor TCD11 (seconds) has a duration")
        duration = _named("TCD11", self._seconds, seconds) if seconds else _named("TCD10", self._minutes, minutes)
        stated = net or gross or other_net or other_gross
        if not stated:
            raise BadValue("none of TCD12 to TCD15 has an amount")
        sign = _named("TCD16", sign_of, relationship)
        amount = sign * _named("amount", self._amounts, stated)
        self.starts_to_the_minute += len(clock) == len("HHMM")
        self.durations_in_minutes += not seconds
        line_number = own_id
        if (len(own_id), own_id) > self._highest_ids[self._invoice_number]:
            self._highest_ids[self._invoice_number] = (len(own_id), own_id)
        else:
            line_number = f"{own_id}@{place}"
        texts = (
            text,
            batch.own_texts.get(position),
            None if sign else f"{stated} is not charged (TCD16 {relationship})",
        )
        line = {
            "invoice_number": self._invoice_number,
            "line_number": line_number,
            "destination_digits": digits,
            "start_time_text": f"{day} {clock}",
            "start_local": start,
            "duration_seconds": duration,
            "billed_minutes": batch.billed.get(position),
            "charge_amount": amount,
            "currency": self._currency,
            "line_kind": kind_of_charge(amount),
            "description": " ".join(filter(None, texts)) or None,
        }
        return tuple([line.get(name) for name in INVOICE_LINE_FIELDS]), amount

    def _plain_lines(self, batch: CallBatch) -> Calls | None:
        """The same lines when all are calls that count, written alike. None, or `ValueError`, when one is not.

        Nothing is changed before it is certain that it returns lines.
        """
        text = "".join(batch.written)
        if _has_blanks(text) or "-" in text or batch.billed or batch.own_texts:
            return None
        found = columns.elements(text, self._separator, batch.terminator, _READ)
        ids, net = found[1], found.get(13)
        if net is None or len(ids) != len(batch):
            return None
        if _RELATIONSHIP in found and not set(found[_RELATIONSHIP].unique().to_pylist()) <= {"", "A"}:
            return None
        first, last = ids[0].as_py(), ids[-1].as_py()
        if not ((len(first), first) > self._highest_ids[self._invoice_number] and columns.ascend(ids)):
            return None
        start_texts, starts = columns.starts(found[2], found[3], self._dates)
        in_minutes = columns.is_empty(found[11])
        durations = (
            columns.each_text(found[10], self._minutes, pa.int64())
            if in_minutes
            else columns.whole_seconds(found[11], self._seconds)
        )
        charges = columns.amounts(found[12] if columns.is_empty(net) else net, self._amounts)
        count = len(batch)
        values = {
            "invoice_number": pa.repeat(pa.scalar(self._invoice_number), count),
            "line_number": ids,
            "destination_digits": columns.called_numbers(found[5], self._numbers),
            "start_time_text": start_texts,
            "start_local": starts,
            "duration_seconds": durations,
            "charge_amount": charges,
            "currency": pa.repeat(pa.scalar(self._currency, pa.string()), count),
            "line_kind": pa.repeat(pa.scalar("call"), count),
            "description": batch.texts_column(),
        }
        absent = pa.nulls(count)
        total = pc.sum(charges).as_py()
        self._highest_ids[self._invoice_number] = (len(last), last)
        self.starts_to_the_minute += count * columns.are_to_the_minute(found[3])
        self.durations_in_minutes += count * in_minutes
        lines = LineColumns(batch.places_column(), [values.get(name, absent) for name in INVOICE_LINE_FIELDS])
        return Calls(lines, [], total)


def _has_blanks(text: str) -> bool:
    return len(text.split(None, 1)) > 1


def _named(name: str, reader: Callable[[str], read.Value], text: str) -> read.Value:
    try:
        return reader(text)
    except BadValue as bad:
        raise BadValue(f"{name} {bad}") from None
