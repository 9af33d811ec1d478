"""TCD, itemized call detail, as invoice lines: many at a time, because a month has a million of them.

01 id, 02 date, 03 connect time (carrier-local; X12 has no zone), 04 and 05 the number called, 07 and 08 the one that
calls, 10 duration in minutes or 11 in seconds, 12 amount before discount and 13 net of it (14 and 15 likewise),
16 relationship of the amount. `_line` is the rule for one TCD. `_plain_lines` is the same for a batch in which nothing
is unusual, column by column: several times faster, and a property test holds the two together.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from itertools import islice, repeat
from operator import itemgetter, lt

from cpm_assets.domain.field_values import BadValue
from cpm_assets.domain.invoice_layouts import INVOICE_LINE_FIELDS, kind_of_charge
from cpm_assets.domain.raw_text import shown_text
from cpm_assets.domain.taken_rows import ParsedRow, RejectedRow, Values
from cpm_assets.domain.x12 import element_values as read
from cpm_assets.domain.x12.call_batch import CallBatch, CallId, Calls
from cpm_assets.domain.x12.charges import sign_of
from cpm_assets.domain.x12.line_columns import LineColumns

_ELEMENTS = 17
"""The segment's name and its sixteen elements."""

_NARROWEST = 15
"""Parts of a TCD that ends with its net amount, the mark included."""

_MOST_REMEMBERED = 200_000
_INTERNATIONAL_LENGTHS = frozenset(range(11, 16))


class CallReader:
    """Reads the calls of one set. Remembers values that repeat; nothing of it changes what is read.

    A line's number is its TCD01 as long as these ascend. Where one is empty, or does not (many files begin anew with
    each telephone line), the segment's place in the file is added, so that no line hides another.
    """

    def __init__(
        self, separator: str, invoice_number: str, currency: str | None, highest_ids: dict[str, CallId]
    ) -> None:
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
        try:
            plain = self._plain_lines(batch)
        except ValueError:
            plain = None
        return plain or self._lines(batch)

    def _lines(self, batch: CallBatch) -> Calls:
        rows: list[ParsedRow] = []
        rejects: list[RejectedRow] = []
        total = Decimal(0)
        for position, (raw, place) in enumerate(zip(batch.raws(), batch.places, strict=True)):
            try:
                line, amount = self._line(batch, position, raw)
            except BadValue as bad:
                rejects.append(RejectedRow(place, f"segment {place}, TCD: {bad}", shown_text(raw)))
                continue
            rows.append((place, line))
            total += amount
        return Calls(rows, rejects, total)

    def _line(self, batch: CallBatch, position: int, raw: str) -> tuple[Values, Decimal]:
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
        place = batch.places[position]
        line_number = own_id
        if (len(own_id), own_id) > self._highest_ids[self._invoice_number]:
            self._highest_ids[self._invoice_number] = (len(own_id), own_id)
        else:
            line_number = f"{own_id}@{place}"
        texts = (
            batch.texts[position],
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
            "description": " ".join(text for text in texts if text) or None,
        }
        return tuple([line.get(name) for name in INVOICE_LINE_FIELDS]), amount

    def _plain_lines(self, batch: CallBatch) -> Calls | None:
        """The same lines when all are calls that count, written alike. None, or `ValueError`, when one is not.

        Nothing is changed before it is certain that it returns lines.
        """
        separator, mark, count = self._separator, batch.terminator, len(batch)
        text = "".join(batch.written)
        if _has_blanks(text) or "-" in text or batch.billed or batch.own_texts:
            return None
        width = text[: text.index(mark)].count(separator) + 2  # with the mark that follows each
        parts = text.replace(mark, f"{separator}{mark}{separator}").split(separator)
        parts.pop()
        if width < _NARROWEST or len(parts) != width * count or parts[width - 1 :: width].count(mark) != count:
            return None
        ids, days, clocks, numbers, minutes, seconds, gross, net = (
            parts[element::width] for element in (1, 2, 3, 5, 10, 11, 12, 13)
        )
        relationships = set(parts[16::width]) if width > _ELEMENTS else {""}
        if not (relationships <= {"", "A"} and self._ascend(ids)):
            return None
        for day in set(days):
            self._dates(day)
        clock_lengths = set(map(len, clocks))
        if clock_lengths not in ({6}, {4}) or not "".join(clocks).isdecimal():
            return None
        start_texts = [f"{day} {clock}" for day, clock in zip(days, clocks, strict=True)]
        charges = list(map(self._amounts.__getitem__, net if any(net) else gross))
        durations = map(self._seconds.__getitem__, seconds) if any(seconds) else map(self._minutes.__getitem__, minutes)
        columns: dict[str, Iterable[object]] = {
            "invoice_number": repeat(self._invoice_number),
            "line_number": ids,
            "destination_digits": self._digits(numbers),
            "start_time_text": start_texts,
            "start_local": list(map(datetime.fromisoformat, start_texts)),
            "duration_seconds": list(durations),
            "charge_amount": charges,
            "currency": repeat(self._currency),
            "line_kind": repeat("call"),
            "description": batch.texts,
        }
        self._highest_ids[self._invoice_number] = (len(ids[-1]), ids[-1])
        lines = LineColumns(batch.places, [columns.get(name, repeat(None)) for name in INVOICE_LINE_FIELDS])
        self.starts_to_the_minute += count * (clock_lengths == {len("HHMM")})
        self.durations_in_minutes += count * (not any(seconds))
        return Calls(lines, [], sum(charges, Decimal(0)))

    def _digits(self, numbers: list[str]) -> list[str]:
        """`called_number` of each; a column written in one of its two plain forms is looked at as a whole."""
        lengths = set(map(len, numbers))
        together = "".join(numbers)
        if lengths == {read.NATIONAL_LENGTH} and read.are_national(together):
            return [f"1{number}" for number in numbers]
        if lengths <= _INTERNATIONAL_LENGTHS and together.isdecimal() and "0" not in set(map(itemgetter(0), numbers)):
            return numbers
        return list(map(self._numbers.__getitem__, numbers))

    def _ascend(self, ids: list[str]) -> bool:
        """Whether these ids, all of one length, rise from each to the next and from what was before."""
        lengths = set(map(len, ids))
        before = self._highest_ids[self._invoice_number]
        return len(lengths) == 1 and before < (len(ids[0]), ids[0]) and all(map(lt, ids, islice(ids, 1, None)))


def _has_blanks(text: str) -> bool:
    return len(text.split(None, 1)) > 1


def _named(name: str, reader: Callable[[str], read.Value], text: str) -> read.Value:
    try:
        return reader(text)
    except BadValue as bad:
        raise BadValue(f"{name} {bad}") from None
