"""Writing one file so that a reader sees all of it or nothing.

Bytes to a temporary dotted name in the same directory, then a rename. What is in the files is others' business.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Put the bytes at the path, directories included; an equal file that is there already is left alone."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name}.part"
    temporary.write_bytes(data)
    temporary.replace(path)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 CSV with a header and unix line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
