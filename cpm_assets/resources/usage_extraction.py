"""One extraction, from the first request to the receipt; and parsing again what was extracted before.

Extraction fails whole or is complete (D23): the receipt is written last, and only if no leg is known to be missing.
Which extraction is due is in `domain/extraction_plan.py`, asking the API in `usage_source.py`.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cpm_assets.domain.erasing import erase_in_line
from cpm_assets.domain.extraction_errors import ExtractionError, IncompleteExtraction, NotYetAvailable
from cpm_assets.domain.extraction_plan import ExtractionKind, PlannedExtraction, due_extraction
from cpm_assets.domain.extraction_receipt import ExtractionReceipt, FailedExtraction, as_json_fields
from cpm_assets.domain.leg_parsing import PARSER_VERSION
from cpm_assets.domain.page_readers import PageReader, page_reader
from cpm_assets.domain.page_walk import Page, single_line
from cpm_assets.resources.lake import AWAITED_FILE, FAILURE_FILE, PAGES_FILE, RECEIPT_FILE, Lake
from cpm_assets.resources.leg_files import LEGS_FILE, REJECTS_FILE, LegFilesWriter
from cpm_assets.resources.usage_source import UsageSource
from cpm_assets.resources.write_once import FileFingerprint, part_of, publish_part, write_once

PROGRESS_PAGES = 20
"""Pages between two reports of progress: 10,000 legs, a few seconds."""

_GZIP_LEVEL = 3
"""Twice as fast as gzip's default, for about a tenth more bytes."""

Progress = Callable[[int, int], object]


@dataclass
class _Counts:
    pages: int = 0
    total: int | None = None


def extract(
    source: UsageSource,
    lake: Lake,
    asked_day: date,
    kind: ExtractionKind,
    window: tuple[datetime, datetime],
    clock: Callable[[], datetime],
    progress: Progress | None = None,
) -> ExtractionReceipt:
    """Reads `window` (aware UTC) of the asked day into the lake; the receipt is of a complete extraction.

    `progress(pages, legs)` is called every `PROGRESS_PAGES` pages. Raises `ExtractionError` if the API did not answer
    completely, or received fewer distinct legs than the API counts; `failure.json` then says why, and the pages are
    kept. Of `NotYetAvailable`, `awaited.json` tells instead.
    """
    started_at, requests_before, counts = clock(), source.requests_sent, _Counts()
    directory = lake.new_extraction_directory(asked_day, kind, started_at)
    legs = LegFilesWriter(directory, directory.name, asked_day, started_at)
    try:
        with closing(source.pages(*window)) as received:  # a source may have to clean up after itself, while it is open
            pages = _without_erased_numbers(lake, received, page_reader(source.name))
            _read_window(pages, directory, legs, counts, progress)
        distinct_legs = legs.distinct_legs()
        _check_complete(counts.total, distinct_legs)
        pages_file = publish_part(directory / PAGES_FILE)
        files = {PAGES_FILE: pages_file, **legs.finish(pages_file.sha256)}
    except Exception as error:
        legs.abandon()
        failure = FailedExtraction(
            extraction_id=directory.name,
            kind=kind,
            asked_day=asked_day,
            window_start=window[0],
            window_end=window[1],
            started_at=started_at,
            failed_at=max(clock(), started_at),
            pages=counts.pages,
            requests=source.requests_sent - requests_before,
            legs_received=legs.legs_received,
            source=source.name,
            reason=str(error) if isinstance(error, ExtractionError) else f"{type(error).__name__}: {error}",
        )
        _write_failure(directory, failure, AWAITED_FILE if isinstance(error, NotYetAvailable) else FAILURE_FILE)
        raise
    receipt = ExtractionReceipt(
        extraction_id=directory.name,
        kind=kind,
        asked_day=asked_day,
        window_start=window[0],
        window_end=window[1],
        started_at=started_at,
        finished_at=max(clock(), started_at),
        pages=counts.pages,
        requests=source.requests_sent - requests_before,
        legs_received=legs.legs_received,
        distinct_legs=distinct_legs,
        total_reported=counts.total,
        rejected=legs.rejected,
        files={name: {"sha256": file.sha256, "bytes": file.bytes} for name, file in files.items()},
        source=source.name,
        parser_version=PARSER_VERSION,
    )
    _write_json(directory / RECEIPT_FILE, as_json_fields(receipt))
    return receipt


def due_extraction_of_day(lake: Lake, day: date, now: datetime) -> PlannedExtraction | None:
    """What the 15-minute schedule has to read of a day now, by what the lake has of it."""
    awaited = lake.last_awaited(day, now)
    return due_extraction(day, now, lake.extractions(day), awaited.started_at if awaited else None)


def parsed_paths(lake: Lake, receipt: ExtractionReceipt) -> tuple[Path, Path]:
    """The legs and rejects files by today's parser, made from the kept pages if the extraction has older ones only."""
    directory = lake.extraction_directory(receipt)
    legs_path, rejects_path = directory / LEGS_FILE, directory / REJECTS_FILE
    if not (legs_path.exists() and rejects_path.exists()):
        lake.unpack(receipt)
        reparse(lake, receipt)
    return legs_path, rejects_path


def reparse(lake: Lake, receipt: ExtractionReceipt) -> dict[str, FileFingerprint]:
    """Parses an extraction's kept pages with today's parser, beside the files of the version before."""
    directory = lake.extraction_directory(receipt)
    legs = LegFilesWriter(directory, receipt.extraction_id, receipt.asked_day, receipt.started_at)
    read = page_reader(receipt.source)
    with gzip.open(directory / PAGES_FILE, "rb") as pages:
        for number, line in enumerate(pages, start=1):
            legs.add_page(number, read(number, line).entities, len(line))
    return legs.finish(receipt.files[PAGES_FILE]["sha256"])


def _read_window(
    pages: Iterable[Page],
    directory: Path,
    legs: LegFilesWriter,
    counts: _Counts,
    progress: Progress | None,
) -> None:
    # mtime=0: the same pages are the same bytes, whenever they are written.
    with (
        part_of(directory / PAGES_FILE).open("wb") as file,
        closing(gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0)) as lines,
    ):
        for page in pages:
            lines.write(single_line(page.body) + b"\n")
            legs.add_page(page.number, page.entities, len(page.body))
            counts.pages += 1
            if page.total is not None:
                # While a day is open its total may change from page to page. The largest is what must be there.
                counts.total = max(page.total, counts.total or 0)
            if progress is not None and counts.pages % PROGRESS_PAGES == 0:
                progress(counts.pages, legs.legs_received)


def _without_erased_numbers(lake: Lake, pages: Iterable[Page], read: PageReader) -> Iterator[Page]:
    """The pages with every number cut that a person had erased: the API goes on answering with it. The list is asked
    for each page, so that an erasure beside a long reading is heeded."""
    for page in pages:
        recogniser = lake.erasures.recogniser()
        erased = recogniser.in_legs(page.entities) | recogniser.in_text(page.body) if recogniser else set()
        body = single_line(page.body) if erased else page.body
        for number in erased:
            body = erase_in_line(body, number)
        yield read(page.number, body) if erased else page


def _check_complete(total: int | None, distinct_legs: int) -> None:
    """D23: an extraction that lacks legs fails."""
    if total is not None and distinct_legs < total:
        raise IncompleteExtraction(f"the API counts {total} legs and {distinct_legs} different ones were received")


def _write_failure(directory: Path, failure: FailedExtraction, file_name: str) -> None:
    if part_of(directory / PAGES_FILE).exists():
        publish_part(directory / PAGES_FILE)
    _write_json(directory / file_name, as_json_fields(failure))


def _write_json(path: Path, values: dict[str, object]) -> None:
    write_once(path, (json.dumps(values, indent=2) + "\n").encode())
