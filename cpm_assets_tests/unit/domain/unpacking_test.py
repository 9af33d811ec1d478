"""Claims about packed invoices: opened when they are one file of a sensible size, refused with a reason otherwise."""

import gzip
import io
import zipfile

import pytest

from cpm_assets.domain.csv_records import UnreadableFile
from cpm_assets.domain.unpacking import FREE_BYTES, unpacked

CONTENT = b"a,b\n1,2\n" * 1000


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive with these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def opened(packed: bytes, name: str) -> tuple[bytes, str]:
    """What comes out, and the name without endings."""
    with unpacked(io.BytesIO(packed), name) as (stream, stem):
        return stream.read(), stem


@pytest.mark.parametrize(
    ("packed", "name"),
    [
        (CONTENT, "october.csv"),
        (gzip.compress(CONTENT), "october.csv.gz"),
        (zipped({"october.csv": CONTENT}), "october.zip"),
        (zipped({"october.csv": CONTENT, "__MACOSX/october.csv": b"x"}), "october.csv.zip"),
    ],
    ids=["plain", "gzip", "zip", "zip of a Mac"],
)
def test_a_file_is_the_same_packed_or_not(packed: bytes, name: str) -> None:
    """DIDWW sends gzip, people send zip; a Mac adds an entry of its own."""
    packed_content, stem = opened(packed, name)
    assert (packed_content, stem) == (CONTENT, "october")


@pytest.mark.parametrize(
    ("packed", "name", "said"),
    [
        (CONTENT, "october.csv.gz", "damaged"),
        (gzip.compress(CONTENT)[:-20], "october.csv.gz", "damaged"),
        (gzip.compress(CONTENT)[:-6] + b"\0\0\0\0\0\0", "october.csv.gz", "damaged"),
        (CONTENT, "october.zip", "no zip archive"),
        (zipped({}), "october.zip", "holds 0 files"),
        (zipped({"a": CONTENT, "b": CONTENT}), "october.zip", "holds 2 files"),
        (zipped({"a": b"\0" * (FREE_BYTES + 1)}), "october.zip", "unpacks to more than"),
        (gzip.compress(b"\0" * (FREE_BYTES + 1)), "october.csv.gz", "unpacks to more than"),
    ],
    ids=["no gzip", "cut off", "wrong sum", "no zip", "empty", "two files", "zip bomb", "gzip bomb"],
)
def test_what_cannot_be_opened_is_refused_with_a_reason(packed: bytes, name: str, said: str) -> None:
    """A bomb of a few kilobytes would fill the disk of all carriers' figures."""
    with pytest.raises(UnreadableFile, match=said):
        opened(packed, name)


def test_an_unpacked_file_can_be_read_again_from_its_beginning() -> None:
    """Rows that contradict each other are shown as they were received, also out of an archive."""
    for packed, name in ((gzip.compress(CONTENT), "a.csv.gz"), (zipped({"a.csv": CONTENT}), "a.zip")):
        with unpacked(io.BytesIO(packed), name) as (stream, _):
            assert stream.readline() == b"a,b\n"
            stream.seek(0)
            assert stream.read() == CONTENT
