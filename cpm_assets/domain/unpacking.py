"""Packed deliveries: gzip and zip opened as a stream, with a limit on what they may unpack to.

Pure but for reading the stream it is given. A file of a few kilobytes can unpack to a disk full of zeros, so what comes
out is counted, whatever the archive says of itself.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from cpm_assets.domain.csv_records import UnreadableFile

MOST_BYTES = 4 << 30
"""Of an unpacked file. A carrier-month of ten million lines is about a gigabyte."""

MOST_TIMES = 200
"""How many times its packed size a file may unpack to; call records pack 5 to 20 times. Not asked below FREE_BYTES."""

FREE_BYTES = 16 << 20

_PACKED = (".gz", ".zip")
_NOT_THE_FILE = ("__MACOSX/", ".")


@contextmanager
def unpacked(packed: BinaryIO, file_name: str) -> Iterator[tuple[BinaryIO, str]]:
    """The delivered file itself and its name without endings; one that is not packed as it is.

    A zip must hold one file (a Mac's own entries are not counted). Raises `UnreadableFile` here or while it is read:
    no archive, not one file in it, protected by a password, damaged, or too large.
    """
    name = PurePosixPath(file_name)
    stem = PurePosixPath(name.stem).stem if name.suffix.lower() in _PACKED else name.stem
    match name.suffix.lower():
        case ".gz":
            size = packed.seek(0, io.SEEK_END)
            packed.seek(0)
            with gzip.GzipFile(fileobj=packed) as inner:
                yield _limited(cast(BinaryIO, inner), size), stem
        case ".zip":
            with _only_member(packed) as (inner, size):
                yield _limited(inner, size), stem
        case _:
            yield packed, stem


def unpacked_members(packed: BinaryIO, file_name: str) -> Iterator[tuple[str, BinaryIO]]:
    """Every file of an archive with its name in it, of a zip as many as it holds; with the limits and errors of
    `unpacked`. A file that is no archive is the only one."""
    if PurePosixPath(file_name).suffix.lower() != ".zip":
        with unpacked(packed, file_name) as (stream, _):
            yield "", stream
        return
    with _archive(packed) as archive:
        for member in archive.infolist():
            with _opened(archive, member) as inner:
                yield member.filename, _limited(inner, member.compress_size)


@contextmanager
def _only_member(packed: BinaryIO) -> Iterator[tuple[BinaryIO, int]]:
    with _archive(packed) as archive:
        members = [
            each
            for each in archive.infolist()
            if not each.is_dir()
            and not each.filename.startswith(_NOT_THE_FILE[0])
            and not PurePosixPath(each.filename).name.startswith(_NOT_THE_FILE[1])
        ]
        if len(members) != 1:
            raise UnreadableFile(f"the archive holds {len(members)} files; an invoice is one file an archive")
        with _opened(archive, members[0]) as inner:
            yield inner, members[0].compress_size


def _archive(packed: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(packed)
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableFile(f"the file is no zip archive: {error}") from None


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    try:
        return cast(BinaryIO, archive.open(member))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise UnreadableFile(f"the archive cannot be opened: {error}") from None


def _limited(inner: BinaryIO, packed_bytes: int) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_LimitedStream(inner, packed_bytes), 1 << 20))


class _LimitedStream(io.RawIOBase):
    """What an archive unpacks to, until it is too much."""

    def __init__(self, inner: BinaryIO, packed_bytes: int) -> None:
        super().__init__()
        self._inner = inner
        self._most = min(MOST_BYTES, max(FREE_BYTES, MOST_TIMES * packed_bytes))
        self._read = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._read

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Only back to the beginning."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("an unpacked file is read from its beginning")
        self._inner.seek(0)
        self._read = 0
        return 0

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # what io calls it with
        try:
            block = self._inner.read(len(buffer))
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            raise UnreadableFile(f"the archive is damaged: {error}") from None
        self._read += len(block)
        if self._read > self._most:
            raise UnreadableFile(f"the archive unpacks to more than {self._most} bytes: it is not opened")
        buffer[: len(block)] = block
        return len(block)
