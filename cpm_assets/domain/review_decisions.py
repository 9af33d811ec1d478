"""Review decisions (`inbox/review_decisions/*.csv`): what a person decided about a flag, one row a decision (D17, D18).

Columns, their rules, and the file that carries decisions; which decision counts is SQL. Decisions are only ever added:
another one with a later `decided_at_utc` takes its place, and both stay. A row may also say what was decided about
(carrier, invoice, line, leg, worth): then a flag that no longer arises can still be shown after a rebuild.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from cpm_assets.domain.bounds import MONEY_DECIMALS
from cpm_assets.domain.deliveries import Cells, Column, DeliverySpec, optional
from cpm_assets.domain.field_values import (
    BadValue,
    Reader,
    currency_code,
    decimal_value,
    one_of,
    shortened,
    utc_date,
    utc_instant,
)
from cpm_assets.domain.spreadsheet_cells import plain_cell, safe_cell
from cpm_assets.domain.taken_rows import Values

OPEN, ACCEPTED, DISPUTED, CREDITED, WRITTEN_OFF = "open", "accepted", "disputed", "credited", "written_off"
STATUSES = (OPEN, ACCEPTED, DISPUTED, CREDITED, WRITTEN_OFF)
"""What a person can decide. `open` takes an earlier decision back; `resolved` is found, never decided."""

LONGEST_NAME = 200
LONGEST_NOTE = 1_000
_MAX_WORTH = Decimal(999_999_999_999)
_FLAG_ID = re.compile(r"[0-9a-f]{64}").fullmatch
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def _flag_id(text: str) -> str:
    text = text.strip()
    if not _FLAG_ID(text):
        raise BadValue(f"{shortened(text)} is not a flag's id: 64 characters 0-9 and a-f")
    return text


def bounded_text(longest: int) -> Reader:
    """Reads a person's text as one line: control characters become spaces, a longer one is refused."""

    def read(text: str) -> str:
        clean = one_line(plain_cell(text))
        if len(clean) > longest:
            raise BadValue(f"has {len(clean)} characters; at most {longest} are kept")
        return clean

    return read


def one_line(text: str) -> str:
    """The text with every run of control characters (also line ends) as one space, and none around it."""
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def _name(text: str) -> str:
    """A name as it was published: not even spaces are taken off (D12)."""
    name = plain_cell(text)
    if len(name) > LONGEST_NAME:
        raise BadValue(f"has {len(name)} characters; at most {LONGEST_NAME} are kept")
    return name


_SUBJECT_COLUMNS = (
    optional("flag_type", _name),
    optional("usage_date", utc_date),
    optional("carrier_name", _name),
    optional("invoice_number", _name),
    optional("line_number", _name),
    optional("leg_id", _name),
    optional("worth", decimal_value(MONEY_DECIMALS, -_MAX_WORTH, _MAX_WORTH)),
    optional("currency", currency_code),
    optional("root_cause", _name),
)
SUBJECT = tuple(column.name for column in _SUBJECT_COLUMNS)
"""What the decision is about, as the queue showed it then."""

_COLUMNS = (
    Column("flag_id", _flag_id),
    Column("status", one_of(*STATUSES)),
    Column("decided_by", bounded_text(LONGEST_NAME)),
    Column("decided_at_utc", utc_instant),
    optional("note", bounded_text(LONGEST_NOTE)),
    *_SUBJECT_COLUMNS,
)


def _row(cells: Cells) -> Values:
    if not cells["decided_by"]:  # nothing but control characters
        raise BadValue("decided_by is empty")
    return tuple(cells[column.name] for column in _COLUMNS)


REVIEW_DECISIONS = DeliverySpec(columns=_COLUMNS, build=_row, key=(0, 2, 3))


@dataclass(frozen=True)
class ReviewDecision:
    """A decision about one flag. `decided_at` is aware; `subject` maps names of `SUBJECT` to what the queue showed.

    Raises BadValue for what the inbox would reject.
    """

    flag_id: str
    status: str
    decided_by: str
    decided_at: datetime
    note: str = ""
    subject: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column, text in zip(_COLUMNS, self.cells(), strict=True):
            if text.strip():
                try:
                    column.read(text)
                except BadValue as bad:
                    raise BadValue(f"{column.name} {bad}") from None
            elif not column.may_be_empty:
                raise BadValue(f"{column.name} is empty")

    def cells(self) -> list[str]:
        """The row of a decision file: texts neutralized for spreadsheets."""
        instant = self.decided_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        own = [self.flag_id, self.status, one_line(self.decided_by), instant, one_line(self.note)]
        return [_cell(value) for value in (*own, *map(self.subject.get, SUBJECT))]


def decision_file(decisions: Iterable[ReviewDecision]) -> bytes:
    """The CSV file that carries these decisions into the inbox: the same decisions give the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(column.name for column in _COLUMNS)
    writer.writerows(decision.cells() for decision in decisions)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return safe_cell(value) if isinstance(value, str) else str(value)
