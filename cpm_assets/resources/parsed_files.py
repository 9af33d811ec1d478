"""Deliveries parsed into Parquet beside the files they were made from.

Level-triggered: every delivery that lacks its parsed files, for today's parser and its layout, gets them. What the
files mean is in `domain/`; which schema belongs to which kind is here.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from cpm_assets.domain.access_policy import ACCESS_POLICY as ACCESS_POLICY_COLUMNS
from cpm_assets.domain.carrier_contracts import carrier_contracts
from cpm_assets.domain.csv_records import UnreadableFile
from cpm_assets.domain.deliveries import (
    DELIVERY_PARSER_VERSION,
    WHOLE_FILE,
    DeliverySpec,
    ParsedDelivery,
    parse_delivery,
    rejected_file,
)
from cpm_assets.domain.invoice_folders import FolderTerms, folder_of, layout_of
from cpm_assets.domain.invoice_layouts import INVOICE_LINE_FIELDS, LayoutReader
from cpm_assets.domain.rate_cards import RATE_CARDS
from cpm_assets.domain.review_decisions import REVIEW_DECISIONS as REVIEW_DECISION_COLUMNS
from cpm_assets.domain.seat_licenses import SEAT_LICENSES
from cpm_assets.domain.unpacking import unpacked
from cpm_assets.domain.waivers import WAIVERS
from cpm_assets.resources import delivery_schemas
from cpm_assets.resources.delivery_schemas import REFERENCE_REJECTS
from cpm_assets.resources.delivery_store import ACCESS_POLICY, INVOICES, REVIEW_DECISIONS, Delivery, deliveries
from cpm_assets.resources.erasure_log import Recogniser
from cpm_assets.resources.invoice_layouts import INVOICE_LAYOUTS
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.line_tables import delivery_tables
from cpm_assets.resources.parquet_tables import write_table_once, write_tables_once
from cpm_assets.resources.write_once import drop_dead_parts, write_once

_log = logging.getLogger(__name__)

_REFERENCE: dict[str, tuple[DeliverySpec, pa.Schema]] = {
    "carrier_contracts": (carrier_contracts(INVOICE_LAYOUTS), delivery_schemas.CARRIER_CONTRACTS),
    "rate_cards": (RATE_CARDS, delivery_schemas.RATE_CARDS),
    "seat_licenses": (SEAT_LICENSES, delivery_schemas.SEAT_LICENSES),
    REVIEW_DECISIONS: (REVIEW_DECISION_COLUMNS, delivery_schemas.REVIEW_DECISIONS),
    "waivers": (WAIVERS, delivery_schemas.WAIVERS),
    ACCESS_POLICY: (ACCESS_POLICY_COLUMNS, delivery_schemas.ACCESS_POLICY),
}


@dataclass(frozen=True)
class ReferenceFile:
    """A delivery and its parsed files: a row of `reference_files`. `layout` is an invoice's, else the kind; only an
    invoice has headers."""

    delivery: Delivery
    layout: str
    rows_path: Path
    rejects_path: Path
    headers_path: Path | None
    rows: int
    rejected: int
    collapsed: int
    warnings: tuple[str, ...]

    def first_reject(self) -> list[str]:
        """How many records were rejected and why the first one was, in one sentence; nothing where none was."""
        if not self.rejected:
            return []
        (first,) = pq.read_table(self.rejects_path, columns=["line_number", "reason"]).slice(0, 1).to_pylist()
        if first["line_number"] == WHOLE_FILE:
            return [f"rejected whole: {first['reason']}"]
        return [f"{self.rejected} record(s) rejected, the first in line {first['line_number']}: {first['reason']}"]

    def run_input(self) -> tuple[object, ...]:
        """The values of `run_schemas.RUN_REFERENCE_FILES`."""
        of = self.delivery
        paths = str(self.rows_path), str(self.rejects_path), self.headers_path and str(self.headers_path)
        return of.kind, of.sha256, of.file_name, of.carrier_folder, of.received_at, *paths


def parsed_deliveries(lake: Lake) -> list[ReferenceFile]:
    """Every delivery in the lake, parsed; oldest first within its kind.

    An invoice's layout follows from the contracts and cards in the lake now: what came in an unknown folder is rejected
    until a contract or card names that carrier, and then read.
    """
    files = _by_kind(lake)
    invoices = deliveries(lake, INVOICES)
    if not invoices:
        return [file for of_kind in files.values() for file in of_kind]
    terms = list(_folder_terms(files["carrier_contracts"]))
    known = {folder_of(row.carrier_name, row.invoice_folder) for row in terms}
    # The cards are large: they are looked at only for a folder that no contract names.
    carriers = [] if all(each.carrier_folder in known for each in invoices) else _carriers(files["rate_cards"])
    known.update(map(folder_of, carriers))
    erased = lake.erasures.recogniser()
    files[INVOICES] = [_invoice_file(invoice, terms, carriers, sorted(known), erased) for invoice in invoices]
    return [file for of_kind in files.values() for file in of_kind]


def reference_files(lake: Lake) -> list[ReferenceFile]:
    """The deliveries that are not invoices, parsed; oldest first within their kind."""
    return [file for of_kind in _by_kind(lake).values() for file in of_kind]


def reference_spec(kind: str) -> DeliverySpec:
    """The columns and the key of a kind that is no invoice."""
    return _REFERENCE[kind][0]


def _by_kind(lake: Lake) -> dict[str, list[ReferenceFile]]:
    return {kind: [_reference_file(each) for each in deliveries(lake, kind)] for kind in _REFERENCE}


def _reference_file(delivery: Delivery) -> ReferenceFile:
    spec, schema = _REFERENCE[delivery.kind]
    return _parsed_file(delivery, delivery.kind, schema, lambda stream, _stem: parse_delivery(spec, stream.read()))


def _invoice_file(
    delivery: Delivery,
    terms: list[FolderTerms],
    carriers: list[str],
    known_folders: list[str],
    erased: Recogniser | None,
) -> ReferenceFile:
    folder = delivery.carrier_folder or ""
    layout = layout_of(folder, delivery.received_at.astimezone(UTC).date(), terms, carriers)
    if layout is None:
        reason = f"no carrier has the folder {folder!r}; known folders: {', '.join(known_folders) or 'none'}"
        # The list is part of the name: when it changes, the reason is written again.
        layout = f"unknown-{hashlib.sha256(reason.encode()).hexdigest()[:8]}"
        return _parsed_file(delivery, layout, delivery_schemas.INVOICES, lambda _stream, _stem: rejected_file(reason))
    how = INVOICE_LAYOUTS[layout]
    return _parsed_file(delivery, layout, delivery_schemas.INVOICES, _without_erased(how.read, erased), how.revision)


def _without_erased(read: LayoutReader, erased: Recogniser | None) -> LayoutReader:
    """The reader, whose lines have erased numbers cut as their legs are, so that they still meet; in what it rejects
    they are cut, too. The file as received keeps the number until `make erase` is run again."""
    if erased is None:
        return read
    cuts = {"destination_digits": erased.in_invoice, "sip_call_id": erased.in_words, "description": erased.in_words}
    of_field = [cuts.get(name) for name in INVOICE_LINE_FIELDS]

    def read_without(stream: BinaryIO, stem: str) -> ParsedDelivery:
        parsed = read(stream, stem)
        rows = [
            (line, tuple(cut(value) if cut else value for cut, value in zip(of_field, values, strict=True)))
            for line, values in parsed.rows
        ]
        rejects = [
            each._replace(reason=erased.words(each.reason), raw_text=erased.words(each.raw_text))
            for each in parsed.rejects
        ]
        return replace(parsed, rows=rows, rejects=rejects)

    return read_without


def _parsed_file(
    delivery: Delivery, layout: str, schema: pa.Schema, read: LayoutReader, revision: str = ""
) -> ReferenceFile:
    stem = ".".join(filter(None, (delivery.sha256, layout, revision, f"v{DELIVERY_PARSER_VERSION}")))
    rows_path, rejects_path, headers_path, summary_path = (
        delivery.directory / f"{stem}.{ending}"
        for ending in ("rows.parquet", "rejects.parquet", "headers.parquet", "summary.json")
    )
    own_headers_path = headers_path if delivery.kind == INVOICES else None
    if not summary_path.exists():
        _write_parsed(delivery, schema, read, rows_path, rejects_path, own_headers_path, summary_path)
    summary = _summary(summary_path)
    return ReferenceFile(
        delivery=delivery,
        layout=layout,
        rows_path=rows_path,
        rejects_path=rejects_path,
        headers_path=own_headers_path,
        rows=summary["rows"],
        rejected=summary["rejected"],
        collapsed=summary["collapsed"],
        warnings=tuple(summary["warnings"]),
    )


@lru_cache(maxsize=10_000)
def _summary(path: Path) -> Mapping[str, Any]:
    """Remembered: the sensors ask for every card and contract once a minute, and a summary is written once."""
    return MappingProxyType(json.loads(path.read_bytes()))


def _write_parsed(
    delivery: Delivery,
    schema: pa.Schema,
    read: LayoutReader,
    rows_path: Path,
    rejects_path: Path,
    headers_path: Path | None,
    summary_path: Path,
) -> None:
    """Parses one delivery and writes rows, rejects, headers and, last, the summary that makes them count."""
    drop_dead_parts(delivery.directory)
    received_at = delivery.received_at.astimezone(UTC)
    folder = () if delivery.carrier_folder is None else (delivery.carrier_folder,)
    try:
        with delivery.content_path.open("rb") as packed, unpacked(packed, delivery.file_name) as (stream, stem):
            parsed = read(stream, stem)
    except UnreadableFile as unreadable:
        parsed = rejected_file(str(unreadable))
    except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError) as error:
        # Parsers do not raise. If one does after all, that costs this file, not every day of all carriers.
        _log.exception("the parser failed on %s", delivery.file_name)
        parsed = rejected_file(f"the parser failed: {type(error).__name__}")
    tables = delivery_tables(parsed.rows, folder, delivery.sha256, received_at, schema)
    identity = (delivery.kind, delivery.carrier_folder, delivery.sha256, delivery.file_name)
    rejects = ((*identity, *reject, received_at) for reject in parsed.rejects)
    write_tables_once(rows_path, tables, schema)
    write_table_once(rejects_path, rejects, REFERENCE_REJECTS)
    if headers_path is not None:
        headers = ((*folder, *values, delivery.sha256, received_at) for values in parsed.headers)
        write_table_once(headers_path, headers, delivery_schemas.INVOICE_HEADERS)
    summary = {
        "rows": len(parsed.rows),
        "rejected": len(parsed.rejects),
        "collapsed": parsed.collapsed_rows,
        "warnings": parsed.warnings,
    }
    write_once(summary_path, (json.dumps(summary, indent=2) + "\n").encode())


def _folder_terms(contracts: Iterable[ReferenceFile]) -> Iterable[FolderTerms]:
    columns = ["carrier_name", "effective_date", "invoice_folder", "invoice_format"]
    for file in contracts:
        for row in pq.read_table(file.rows_path, columns=columns).to_pylist():
            yield FolderTerms(**row)


def _carriers(cards: Iterable[ReferenceFile]) -> list[str]:
    names: set[str] = set()
    for file in cards:
        column = pq.read_table(file.rows_path, columns=["carrier_name"])["carrier_name"]
        names.update(column.unique().to_pylist())
    return sorted(names)
