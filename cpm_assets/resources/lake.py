"""The lake: what was received, as it was received, in files that are written once.

    usage/<asked day>/<extraction id>/     pages.jsonl.gz  legs.vN.parquet  rejects.vN.parquet  receipt.json
    packed/<asked day>/                    readings-0001.zip: ticks and failed readings of a closed day
    deliveries/<kind>/[<carrier folder>/]  <sha256>.<ext>  <sha256>.receipt.json  <sha256>.<layout>.vN.….parquet

Paths and the reading of receipts belong here. Writing an extraction is in `usage_extraction.py`, taking files in
`inbox.py`, parsing them in `parsed_files.py`. What has no receipt is not there: a killed run's left-overs count as
nothing.
"""

import glob
import json
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cpm_assets.domain.extraction_plan import DaySelection, ExtractionKind, select_extractions
from cpm_assets.domain.extraction_receipt import ExtractionReceipt, FailedExtraction, from_json_fields
from cpm_assets.resources.durable_files import fsync_directory, make_directory
from cpm_assets.resources.erasure_log import ErasureLog
from cpm_assets.resources.packed_readings import PACKED, PackedReadings
from cpm_assets.resources.write_once import drop_dead_parts

PAGES_FILE = "pages.jsonl.gz"
RECEIPT_FILE = "receipt.json"
FAILURE_FILE = "failure.json"
AWAITED_FILE = "awaited.json"
"""In place of a failure, when the source did not have the day yet."""


class Lake:
    """The lake below `root`. Making one writes nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.erasures = ErasureLog(root)

    @property
    def deliveries(self) -> Path:
        return self.root / "deliveries"

    def extraction_directory(self, extraction: ExtractionReceipt | FailedExtraction) -> Path:
        """Where an extraction's files are."""
        return self._day_directory(extraction.asked_day) / extraction.extraction_id

    def new_extraction_directory(self, asked_day: date, kind: ExtractionKind, started_at: datetime) -> Path:
        """Makes the directory of a new extraction; its name is the extraction's id and sorts by start.

        The six hexadecimal digits count the day's extractions, so that of two that started at one instant (a stopped
        clock) the later made is the later one. Parts that killed runs left with the day are removed.
        """
        parent = self._day_directory(asked_day)
        make_directory(parent)
        for earlier in parent.iterdir():
            drop_dead_parts(earlier)
        number = 1 + max((int(earlier.name[-6:], 16) for earlier in parent.iterdir()), default=-1)
        while True:
            directory = parent / f"{started_at:%Y%m%dT%H%M%S%fZ}-{kind}-{number:06x}"
            try:
                directory.mkdir()
            except FileExistsError:
                number += 1
            else:
                fsync_directory(parent)
                return directory

    def extractions(self, asked_day: date) -> list[ExtractionReceipt]:
        """The complete extractions of a day, oldest first."""
        receipts = [from_json_fields(ExtractionReceipt, values) for values in self._read_all(asked_day, RECEIPT_FILE)]
        return sorted(receipts, key=lambda receipt: (receipt.started_at, receipt.extraction_id))

    def pages_sha256(self, extraction_id: str) -> str | None:
        """SHA-256 of the answers as received in an extraction; None if there is no such extraction."""
        for path in self.root.glob(f"usage/*/{glob.escape(extraction_id)}/{RECEIPT_FILE}"):
            return _pages_sha256(json.loads(path.read_bytes()))
        for directory in sorted(self.root.glob(f"{PACKED}/*")):
            for packed_id, content in PackedReadings(directory).read_all(RECEIPT_FILE):
                if packed_id == extraction_id:
                    return _pages_sha256(json.loads(content))
        return None

    def last_failure(self, asked_day: date, as_of: datetime) -> FailedExtraction | None:
        """The latest extraction of a day that failed by `as_of`, whether or not a complete one followed it."""
        return self._last_attempt(asked_day, FAILURE_FILE, as_of)

    def set_aside(self, asked_day: date) -> list[Path]:
        """The directories of the day's ticks and failed readings that do not make up the day now."""
        directory = self._day_directory(asked_day)
        ticks = {path.parent for path in directory.glob(f"*-tick-*/{RECEIPT_FILE}")}
        unread = {path.parent for name in (FAILURE_FILE, AWAITED_FILE) for path in directory.glob(f"*/{name}")}
        aside = sorted(ticks | unread)
        latest = self.day_selection(asked_day, datetime.max.replace(tzinfo=UTC)).extractions if aside else ()
        made_of = {extraction.extraction_id for extraction in latest}
        return [each for each in aside if each.name not in made_of]

    def pack(self, asked_day: date, readings: Collection[Path]) -> int:
        """Put readings (their directories) of a closed day into one file; how many. See `packed_readings.py`."""
        return self._packed(asked_day).pack(readings, (PAGES_FILE, RECEIPT_FILE, FAILURE_FILE, AWAITED_FILE))

    def unpack(self, extraction: ExtractionReceipt) -> None:
        """Have the files of an extraction in its directory, also when it was packed."""
        if not (self.extraction_directory(extraction) / RECEIPT_FILE).exists():
            directory = self.extraction_directory(extraction)
            self._packed(extraction.asked_day).unpack(extraction.extraction_id, directory)

    def last_awaited(self, asked_day: date, as_of: datetime) -> FailedExtraction | None:
        """The latest extraction of a day by `as_of` that found the source without it, unless a complete one was begun
        since."""
        last = self._last_attempt(asked_day, AWAITED_FILE, as_of)
        if last is None or any(each.started_at > last.started_at for each in self.extractions(asked_day)):
            return None
        return last

    def day_selection(self, asked_day: date, as_of: datetime) -> DaySelection[ExtractionReceipt]:
        """The extractions that are the day as known at `as_of` (D16, D22)."""
        return select_extractions(self.extractions(asked_day), as_of)

    def days(self) -> list[date]:
        """Every day that was ever asked, in order."""
        return sorted(date.fromisoformat(path.name) for path in self.root.glob("usage/????-??-??"))

    def _day_directory(self, asked_day: date) -> Path:
        return self.root / "usage" / asked_day.isoformat()

    def _last_attempt(self, asked_day: date, file_name: str, as_of: datetime) -> FailedExtraction | None:
        """Attempts that a clock, which was set back since, says are still to come hold nothing up."""
        attempts = [from_json_fields(FailedExtraction, values) for values in self._read_all(asked_day, file_name)]
        known = (attempt for attempt in attempts if attempt.started_at <= as_of)
        return max(known, key=lambda attempt: (attempt.started_at, attempt.extraction_id), default=None)

    def _read_all(self, asked_day: date, file_name: str) -> Iterator[dict[str, object]]:
        in_directories = set()
        for path in sorted(self._day_directory(asked_day).glob(f"*/{file_name}")):
            in_directories.add(path.parent.name)
            yield json.loads(path.read_bytes())
        for extraction_id, content in self._packed(asked_day).read_all(file_name):
            if extraction_id not in in_directories:
                yield json.loads(content)

    def _packed(self, asked_day: date) -> PackedReadings:
        return PackedReadings(self.root / PACKED / asked_day.isoformat())


def _pages_sha256(receipt: dict[str, Any]) -> str:
    return str(from_json_fields(ExtractionReceipt, receipt).files[PAGES_FILE]["sha256"])
