"""Packed readings: the ticks and failed readings of a closed day, put together into one file.

    packed/<asked day>/readings-0001.zip   <extraction id>/pages.jsonl.gz  <extraction id>/receipt.json, or failure.json
                                           or awaited.json

A day leaves about a hundred ticks of four small files each. Once it is closed they are only asked for by "as known at"
an instant before that (D22). Each keeps its id, its receipt and its answers, byte for byte; the parsed files are made
again from the answers when they are wanted (`usage_extraction.py`). Which readings a day was made of stay as they are.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from cpm_assets.resources.durable_files import fsync_directory, make_directory
from cpm_assets.resources.write_once import drop_dead_parts, part_of, publish_part, write_once

PACKED = "packed"
"""The directory below the lake."""

_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)
"""Of every member: the same readings are the same bytes, whenever they are packed."""


@dataclass(frozen=True)
class PackedReadings:
    """The packs of one asked day. Making one reads and writes nothing."""

    directory: Path

    def read_all(self, file_name: str) -> Iterator[tuple[str, bytes]]:
        """The id of each packed reading that has a file of this name, and the file."""
        for path in self._packs():
            with zipfile.ZipFile(path) as pack:
                for member in pack.namelist():
                    extraction_id, name = member.split("/")
                    if name == file_name:
                        yield extraction_id, pack.read(member)

    def pack(self, readings: Collection[Path], file_names: Collection[str]) -> int:
        """Put the files of these names of readings (their directories) into one more pack, then take the directories
        away; how many went. Only while nothing reads them: with the writer's lock. Killed at any point it is repeated.
        """
        packed = {member.split("/")[0] for path in self._packs() for member in _members(path)}
        new = [reading for reading in sorted(readings) if reading.name not in packed]
        if new:
            make_directory(self.directory)
            drop_dead_parts(self.directory)
            path = self.directory / f"readings-{1 + len(self._packs()):04}.zip"
            with zipfile.ZipFile(part_of(path), "w", zipfile.ZIP_STORED) as pack:
                for file in (reading / name for reading in new for name in sorted(file_names)):
                    if file.exists():
                        pack.writestr(
                            zipfile.ZipInfo(f"{file.parent.name}/{file.name}", _WRITTEN_AT), file.read_bytes()
                        )
            publish_part(path)
        for reading in readings:
            shutil.rmtree(reading)
            fsync_directory(reading.parent)
        return len(readings)

    def unpack(self, extraction_id: str, directory: Path) -> None:
        """Have the reading's files in a directory of its own again; the pack stays. The receipt comes last."""
        for path in self._packs():
            with zipfile.ZipFile(path) as pack:
                for member in pack.namelist():
                    if member.split("/")[0] == extraction_id:
                        write_once(directory / member.split("/")[1], pack.read(member))

    def _packs(self) -> list[Path]:
        return sorted(self.directory.glob("readings-*.zip"))


def _members(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as pack:
        return pack.namelist()
