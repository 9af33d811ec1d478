"""Dispute packs: which flags go to which carrier and invoice, their lines, totals and the CSV of them (D17, D18, D27).

Pure. Reading the queue and writing the zip is in `resources/dispute_packs.py`, the page in `dispute_summary.py` there.
"""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from cpm_assets.domain.review_decisions import DISPUTED, OPEN
from cpm_assets.domain.spreadsheet_cells import safe_cell

Row = Mapping[str, Any]

EVIDENCE_COLUMNS = (
    "line_number", "line_start_utc", "destination_number", "carrier_duration_seconds", "carrier_billed_minutes",
    "carrier_charge", "carrier_currency", "leg_id", "leg_start_utc", "destination_region", "rating_status",
    "raw_seconds", "billed_seconds", "matched_prefix", "rate_per_minute", "initial_increment_seconds",
    "increment_seconds", "increment_rule", "minimum_seconds", "connection_fee", "rounding_mode", "rounding_decimals",
    "internal_charge", "charge_difference", "currency", "root_cause", "duplicate_of_invoice_number",
    "duplicate_of_line_number", "contract_valid_from", "contract_file_sha256", "rate_card_file_sha256",
    "invoice_file_sha256", "invoice_file_line",
)  # fmt: skip
"""Of `flag_evidence`, in the order of the CSV."""
UNRATED = "unrated"
"""The likely cause of a line whose call has no rate of ours."""
ENDING, DRAFT_ENDING = ".zip", ".draft.zip"
CSV_COLUMNS = ("invoice_number", "flag_types", *EVIDENCE_COLUMNS, "usage_payload_sha256")

_PLAIN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _-]|\.(?=[A-Za-z0-9])){0,79}(?<! )").fullmatch
_OTHER_CHARACTERS = re.compile(r"[^A-Za-z0-9_-]+")
_TAIL_OF_A_DIGEST = re.compile(r"-[0-9a-f]{10}$").search


@dataclass(frozen=True)
class Total:
    """Sums over a pack's lines in one currency; None where no line has such a figure."""

    label: str
    currency: str
    lines: int
    carrier_charge: Decimal | None
    internal_charge: Decimal | None
    difference: Decimal


@dataclass(frozen=True)
class DisputePack:
    """What is disputed of one invoice; `is_draft`: nobody decided yet, these are the open flags that cost us money."""

    carrier_name: str
    invoice_number: str
    is_draft: bool
    invoice_date: date | None
    dispute_deadline: date | None
    lines: tuple[Row, ...]

    def totals(self) -> list[Total]:
        """One per currency: they are never added (D27)."""
        return [_total("all lines", currency, rows) for currency, rows in _grouped(self.lines, "currency")]

    def components(self) -> list[Total]:
        """One per currency and likely cause, the largest difference first."""
        parts = [
            _total(cause, currency, rows)
            for currency, in_currency in _grouped(self.lines, "currency")
            for cause, rows in _grouped(in_currency, "root_cause")
        ]
        return sorted(parts, key=lambda part: (part.currency, -abs(part.difference), part.label))

    def files(self) -> list[tuple[str, str]]:
        """What kind of file, and its SHA-256, for every file that the lines come from."""
        kinds = ("invoice", "rate_card", "contract")
        found = {(kind, line[f"{kind}_file_sha256"]) for kind in kinds for line in self.lines}
        found |= {("usage", line["usage_payload_sha256"]) for line in self.lines}
        return sorted((kind, sha256) for kind, sha256 in found if sha256)


def packs_of(rows: Iterable[Row]) -> list[DisputePack]:
    """The packs that the queue calls for, by carrier and invoice.

    `rows`: flags with `status`, `flag_type`, the queue's dates, the columns of `flag_evidence` and the payload's hash.
    An invoice with a disputed flag has a pack of its disputed ones; another a draft of its open ones in our favour: to
    tell a carrier what it forgot to bill is a person's decision. One line of a pack can have several flags.
    """
    ordered = sorted((row for row in rows if row["invoice_number"]), key=_place)
    packs = []
    for (carrier_name, invoice_number), group in groupby(ordered, lambda row: _place(row)[:2]):
        of_invoice = list(group)
        disputed = [row for row in of_invoice if row["status"] == DISPUTED]
        chosen = disputed or [row for row in of_invoice if row["status"] == OPEN and _costs_us(row)]
        if chosen:
            first = chosen[0]
            packs.append(
                DisputePack(
                    carrier_name=carrier_name,
                    invoice_number=invoice_number,
                    is_draft=not disputed,
                    invoice_date=first["invoice_date"],
                    dispute_deadline=first["dispute_deadline"],
                    lines=tuple(_lines(chosen)),
                )
            )
    return packs


def placed(packs: Sequence[DisputePack]) -> dict[tuple[str, str], DisputePack]:
    """Each pack by its folder and file name: names from outside never lead elsewhere, nor two of them to one place."""
    folders = safe_names({pack.carrier_name for pack in packs})
    places = {}
    for folder, of_carrier in groupby(packs, lambda pack: folders[pack.carrier_name]):
        invoices = list(of_carrier)
        names = safe_names({pack.invoice_number for pack in invoices})
        for pack in invoices:
            places[folder, names[pack.invoice_number] + (DRAFT_ENDING if pack.is_draft else ENDING)] = pack
    return places


def safe_names(names: Collection[str]) -> dict[str, str]:
    """A file's name for each: a plain one is kept, unless another differs in case only: some disks see one."""
    seen = Counter(name.casefold() for name in names)
    return {name: safe_name(name, is_ambiguous=seen[name.casefold()] > 1) for name in names}


def safe_name(name: str, *, is_ambiguous: bool = False) -> str:
    """A plain name as it is; any other as what is plain of it and a digest of all of it, so that no two are equal."""
    plain = _PLAIN_NAME(name) and not name.lower().endswith(".draft") and not _TAIL_OF_A_DIGEST(name)
    if plain and not is_ambiguous:
        return name
    readable = _OTHER_CHARACTERS.sub("-", name).strip("-")[:40] or "name"
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def lines_csv(pack: DisputePack) -> bytes:
    """The lines with both calculations side by side; no cell of text is run as a formula. The byte order mark is how a
    spreadsheet knows that names are UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows([_cell(line[column]) for column in CSV_COLUMNS] for line in pack.lines)
    return text.getvalue().encode("utf-8-sig")


def _costs_us(row: Row) -> bool:
    """Not where nobody knows what it is worth: an unrated leg that the carrier did not bill."""
    difference: Decimal | None = row["charge_difference"]
    return difference is not None and difference > 0


def _place(row: Row) -> tuple[str, str, str, str, str, str]:
    names = ("carrier_name", "invoice_number", "line_number", "leg_id", "flag_type", "flag_id")
    carrier, invoice, line, leg, flag_type, flag_id = (row[name] or "" for name in names)
    return carrier, invoice, line.rjust(12) if line.isdecimal() else line, leg, flag_type, flag_id


def _lines(flags: Sequence[Row]) -> Iterable[Row]:
    """One row per line or leg: a pair flagged for its charge and its minutes is one difference. Where our charge is not
    known, that is its cause: what the carrier asks is not shown to be wrong."""
    for _, group in groupby(flags, lambda row: _place(row)[2:4]):
        of_line = list(group)
        line = {**of_line[0], "flag_types": " + ".join(row["flag_type"] for row in of_line)}
        yield line | {"root_cause": UNRATED} if _is_ours_unknown(line) else line


def _is_ours_unknown(line: Row) -> bool:
    return line["leg_id"] is not None and line["internal_charge"] is None


def _grouped(lines: Iterable[Row], column: str) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for line in lines:
        found.setdefault(line[column] or "", []).append(line)
    return sorted(found.items())


def _total(label: str, currency: str, lines: Sequence[Row]) -> Total:
    """Sums of lines; our charge is unknown where that of one of the calls is: counted as nothing, it would be a claim
    that the contract makes the call free."""
    is_ours_unknown = any(map(_is_ours_unknown, lines))

    def added(column: str) -> Decimal | None:
        figures = [line[column] for line in lines if line[column] is not None]
        return sum(figures, Decimal(0)) if figures else None

    return Total(
        label=label,
        currency=currency,
        lines=len(lines),
        carrier_charge=added("carrier_charge"),
        internal_charge=None if is_ours_unknown else added("internal_charge"),
        difference=added("charge_difference") or Decimal(0),
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return safe_cell(value) if isinstance(value, str) else str(value)
