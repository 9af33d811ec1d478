"""The lake: what was received, as it was received, in files that are written once.

    usage/<asked day>/<extraction id>/     pages.jsonl.gz  legs.vN.parquet  rejects.vN.parquet  receipt.json
    deliveries/<kind>/[<carrier folder>/]  <sha256>.<ext>  <sha256>.receipt.json  <sha256>.<layout>.vN.….parquet

Paths and the reading of receipts belong here. Writing an extraction is in `usage_extraction.py`, taking files in
`inbox.py`, parsing them in `parsed_files.py`. What has no receipt is not there: a killed run's left-overs count as
nothing.
"""

import glob
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from cpm_assets.domain.extraction_plan import DaySelection, ExtractionKind, select_extractions
from cpm_assets.domain.extraction_receipt import ExtractionReceipt, FailedExtraction, from_json_fields
from cpm_assets.resources.durable_files import fsync_directory, make_directory
from cpm_assets.resources.erasure_log import ErasureLog
from cpm_assets.resources.write_once import drop_dead_parts

PAGES_FILE = "pages.jsonl.gz"
RECEIPT_FILE = "receipt.json"
FAILURE_FILE = "failure.json"


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
            receipt = from_json_fields(ExtractionReceipt, json.loads(path.read_bytes()))
            return str(receipt.files[PAGES_FILE]["sha256"])
        return None

    def last_failure(self, asked_day: date) -> FailedExtraction | None:
        """The latest extraction of a day that failed, whether or not a complete one followed it."""
        failures = [from_json_fields(FailedExtraction, values) for values in self._read_all(asked_day, FAILURE_FILE)]
        return max(failures, key=lambda failure: (failure.started_at, failure.extraction_id), default=None)

    def day_selection(self, asked_day: date, as_of: datetime) -> DaySelection[ExtractionReceipt]:
        """The extractions that are the day as known at `as_of` (D16, D22)."""
        return select_extractions(self.extractions(asked_day), as_of)

    def days(self) -> list[date]:
        """Every day that was ever asked, in order."""
        return sorted(date.fromisoformat(path.name) for path in self.root.glob("usage/????-??-??"))

    def _day_directory(self, asked_day: date) -> Path:
        return self.root / "usage" / asked_day.isoformat()

    def _read_all(self, asked_day: date, file_name: str) -> Iterator[dict[str, object]]:
        for path in sorted(self._day_directory(asked_day).glob(f"*/{file_name}")):
            yield json.loads(path.read_bytes())
