"""The parsed Parquet files of one extraction, written while its pages come in.

Writing, counting and row groups only; what a leg must be like is in `domain/leg_parsing.py`. Memory stays the same
however many legs there are: 20,000 legs or 32 MB of pages are held, and eight bytes for each leg's id.
"""

import hashlib
from array import array
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cpm_assets.domain.leg_parsing import PARSER_VERSION, LegReject, ParsedLeg, parse_leg
from cpm_assets.domain.raw_text import shown_json
from cpm_assets.resources.parquet_tables import COMPRESSION, arrow_table
from cpm_assets.resources.usage_schemas import LEGS, REJECTS
from cpm_assets.resources.write_once import FileFingerprint, part_of, publish_part

ROW_GROUP_LEGS = 20_000
ROW_GROUP_PAGE_BYTES = 32_000_000
"""Legs may carry 10 kB names: a row group also ends after this many bytes of pages."""

LEGS_FILE = f"legs.v{PARSER_VERSION}.parquet"
REJECTS_FILE = f"rejects.v{PARSER_VERSION}.parquet"


class LegFilesWriter:
    """Parses pages into the legs and rejects files of an extraction's directory.

    Call `add_page` for each page in order, then `finish` once, or `abandon`.
    """

    def __init__(self, directory: Path, extraction_id: str, asked_day: date, started_at: datetime) -> None:
        self.legs_received = 0
        self.rejected = 0
        self._legs_path, self._rejects_path = directory / LEGS_FILE, directory / REJECTS_FILE
        self._identity = (extraction_id, asked_day, started_at)
        self._leg_hashes = array("Q")
        self._legs: list[tuple[object, ...]] = []
        self._rejects: list[tuple[object, ...]] = []
        self._held_bytes = 0
        self._legs_writer = pq.ParquetWriter(part_of(self._legs_path), LEGS, compression=COMPRESSION)
        # The rejects name the hash of the pages file, which is known when that is complete: until then they wait here.
        self._waiting_path = part_of(directory / "rejects.waiting")
        self._waiting_writer = pq.ParquetWriter(self._waiting_path, REJECTS, compression=COMPRESSION)

    def add_page(self, page_number: int, entities: list[object], page_bytes: int) -> None:
        """Parses a page's entities; `page_bytes` is the size of the body they came in."""
        identity, legs, hashes = self._identity, self._legs, self._leg_hashes
        extraction_id, asked_day, started_at = identity
        for position, raw in enumerate(entities):
            leg = parse_leg(raw)
            if type(leg) is ParsedLeg:
                legs.append((*identity, page_number, position, *leg))
                leg_key = leg.leg_id
            else:
                assert isinstance(leg, LegReject)  # noqa: S101 -- the only other result
                raw_text = shown_json(raw)
                # A leg whose id cannot be read is told from others by what it says.
                leg_key = leg.leg_id or raw_text
                where = (extraction_id, asked_day, None, page_number, position)
                self._rejects.append((*where, leg.leg_id, leg.reason, raw_text, started_at))
                self.rejected += 1
            hashes.frombytes(hashlib.blake2b(leg_key.encode(), digest_size=8).digest())
        self.legs_received += len(entities)
        self._held_bytes += page_bytes
        if len(legs) >= ROW_GROUP_LEGS or self._held_bytes >= ROW_GROUP_PAGE_BYTES:
            self._write_row_groups()

    def distinct_legs(self) -> int:
        """How many different legs were received, unreadable ones too; 64-bit hashes stand for their ids."""
        if not self._leg_hashes:
            return 0
        hashes = np.frombuffer(self._leg_hashes, dtype=np.uint64)
        hashes.sort()  # in place: a copy would be the largest thing in memory
        return 1 + int(np.count_nonzero(hashes[1:] != hashes[:-1]))

    def finish(self, pages_sha256: str) -> dict[str, FileFingerprint]:
        """Writes what is held, gives both files their names, and returns their fingerprints by name."""
        self._write_row_groups()
        self._legs_writer.close()
        self._waiting_writer.close()
        self._write_rejects(pages_sha256)
        self._waiting_path.unlink()
        return {path.name: publish_part(path) for path in (self._legs_path, self._rejects_path)}

    def abandon(self) -> None:
        """Drops the files of an extraction that failed: its pages are kept, and can be parsed from them."""
        for writer in (self._legs_writer, self._waiting_writer):
            writer.close()
        for path in (part_of(self._legs_path), part_of(self._rejects_path), self._waiting_path):
            path.unlink(missing_ok=True)

    def _write_row_groups(self) -> None:
        for rows, schema, writer in (
            (self._legs, LEGS, self._legs_writer),
            (self._rejects, REJECTS, self._waiting_writer),
        ):
            if rows:
                writer.write_table(arrow_table(rows, schema))
                rows.clear()
        self._held_bytes = 0

    def _write_rejects(self, pages_sha256: str) -> None:
        position = REJECTS.get_field_index("source_file_sha256")
        with (
            pq.ParquetFile(self._waiting_path) as waiting,
            pq.ParquetWriter(part_of(self._rejects_path), REJECTS, compression=COMPRESSION) as writer,
        ):
            for batch in waiting.iter_batches(batch_size=2_000):
                hashes = pa.array([pages_sha256] * batch.num_rows, pa.string())
                writer.write_batch(batch.set_column(position, REJECTS.field(position), hashes))
