"""The lake's files without a number: whether a file holds it, and a copy in which it is cut and marked.

One pair of functions a kind of file: raw answers, deliveries as received, Parquet. Nothing of the lake is changed here.
What stands in a number's place is `domain/erasing.py`; which files are looked at and replaced is `erasure.py`.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cpm_assets.domain.csv_records import UnreadableFile
from cpm_assets.domain.erasing import CannotBeErasedError, ErasedNumber, erase_in_line, erased_digits
from cpm_assets.domain.erasing import places_left as left_in_line
from cpm_assets.domain.invoice_layouts import INVOICE_LINE_FIELDS
from cpm_assets.domain.unpacking import unpacked, unpacked_members
from cpm_assets.resources.invoice_layouts import INVOICE_LAYOUTS
from cpm_assets.resources.lake import PAGES_FILE
from cpm_assets.resources.parquet_tables import COMPRESSION

DIGITS, NUMBER, PREFIX = "destination_digits", "destination_number", "matched_prefix"
TEXTS = ("sip_call_id", NUMBER, "destination_location", "raw_text", "reason", "description", "note")
"""The columns that may hold a number in words of others. The rest are ids and terms, on which figures hang."""

MAY_HOLD_IT = {DIGITS, "sip_call_id", "description"}
"""The fields of an invoice line that may read otherwise without the number."""

SHOWN_ERASED = "…"
"""After the prefix, in a frozen table: as `published_number` shows an erased number."""

_GZIP_LEVEL = 3
_SEPARATORS = r"[ ./()\-\x{A0}\x{2010}-\x{2015}]*"


def pack_holds(path: Path, number: ErasedNumber) -> bool:
    """Whether a packed reading's answers hold the number. Raises `UnreadableFile`."""
    answers = [io.BytesIO(content) for name, content in _pack_members(path) if name.endswith(PAGES_FILE)]
    return True in [pages_hold(each, number) for each in answers]


def erase_in_pack(source: Path, target: Path, number: ErasedNumber) -> None:
    """A pack whose readings have the same ids and receipts, and answers without the number. Raises
    `CannotBeErasedError`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as pack:
        for name, content in _pack_members(source):
            if name.endswith(PAGES_FILE) and pages_hold(io.BytesIO(content), number):
                without = io.BytesIO()
                _erase_in_answers(io.BytesIO(content), without, number)
                content = without.getvalue()  # noqa: PLW2901
            pack.writestr(zipfile.ZipInfo(name), content)


def _pack_members(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as pack:
            for name in pack.namelist():
                yield name, pack.read(name)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise UnreadableFile(f"the pack is damaged: {error}") from None


def pages_hold(path: Path | BinaryIO, number: ErasedNumber) -> bool:
    """Whether a pages file holds the number; a file that was cut short is read as far as it goes. Raises
    `UnreadableFile` if it is damaged, also behind the number: then it has no copy without it either."""
    return bool([line for line in _lines(path) if number.pattern.search(line)])


def places_left(path: Path, number: ErasedNumber) -> set[str]:
    """Where a pages file or a pack still holds the number though it was erased from it."""
    if path.name == PAGES_FILE:
        return set[str]().union(*(left_in_line(line, number) for line in _lines(path)))
    answers = [io.BytesIO(content) for name, content in _pack_members(path) if name.endswith(PAGES_FILE)]
    return set[str]().union(*(left_in_line(line, number) for each in answers for line in _lines(each)))


def erase_in_pages(source: Path, target: Path, number: ErasedNumber) -> None:
    """A pages file without the number, line by line. Raises `CannotBeErasedError`."""
    with target.open("wb") as file:
        _erase_in_answers(source, file, number)


def _erase_in_answers(source: Path | BinaryIO, target: BinaryIO, number: ErasedNumber) -> None:
    with gzip.GzipFile("", "wb", _GZIP_LEVEL, target, mtime=0) as lines:
        for line in _lines(source):
            lines.write(erase_in_line(line, number))


def _lines(path: Path | BinaryIO) -> Iterator[bytes]:
    with gzip.open(path, "rb") as lines:
        try:
            yield from lines
        except EOFError:  # the pages of a reading that failed may end anywhere
            return
        except (OSError, zlib.error) as error:
            raise UnreadableFile(f"the answers are damaged: {error}") from None


def delivery_holds(path: Path, number: ErasedNumber) -> bool:
    """Whether a delivered file holds the number, packed or not. Raises `UnreadableFile` for an archive that cannot be
    searched to its end: damaged, protected by a password, or unpacking to too much."""
    with path.open("rb") as packed:  # by lines, since no number is on two of them, and to the end
        members = unpacked_members(packed, path.name)
        return bool([line for _, stream in members for line in stream if number.pattern.search(line)])


def erase_in_delivery(source: Path, target: Path, number: ErasedNumber, layouts: Collection[str]) -> None:
    """A delivered file without the number, packed as it was. Raises `CannotBeErasedError` if one of the `layouts`, in
    which it was read, would find anything else in it than another number."""
    with source.open("rb") as packed:
        members = [(name, number.in_bytes(each.read())) for name, each in unpacked_members(packed, source.name)]
    match source.suffix.lower():
        case ".gz":
            target.write_bytes(gzip.compress(members[0][1], mtime=0))
        case ".zip":
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in members:
                    archive.writestr(zipfile.ZipInfo(name), content)
        case _:
            target.write_bytes(members[0][1])
    for layout in layouts:
        if _read(source, layout) != _read(target, layout):
            raise CannotBeErasedError(f"{source.name} would be read otherwise as {layout} without the number")


def _read(path: Path, layout: str) -> tuple[object, ...]:
    """What a layout finds in a file, but for the fields that may hold a number."""
    with path.open("rb") as packed, unpacked(packed, path.name) as (stream, stem):
        parsed = INVOICE_LAYOUTS[layout].read(stream, stem)
    kept = [index for index, name in enumerate(INVOICE_LINE_FIELDS) if name not in MAY_HOLD_IT]
    rows = [(line, tuple(values[index] for index in kept)) for line, values in parsed.rows]
    return rows, [reject[0] for reject in parsed.rejects], list(parsed.headers)


def parquet_holds(path: Path, number: ErasedNumber, *, is_invoice: bool) -> bool:
    """Whether a text column of a Parquet file holds the number."""
    return any(
        table != _without(table, number, is_invoice=is_invoice, leg_ids=frozenset()) for table in _row_groups(path)
    )


def erase_in_parquet(
    source: Path, target: Path, number: ErasedNumber, *, is_invoice: bool, leg_ids: Collection[str] = frozenset()
) -> None:
    """A Parquet file without the number, row group by row group. Of a table with `matched_prefix` (a frozen one, whose
    numbers are shown as the setting was) the rows of `leg_ids` show their prefix alone."""
    with pq.ParquetWriter(target, pq.read_schema(source), compression=COMPRESSION) as writer:
        for table in _row_groups(source):
            writer.write_table(_without(table, number, is_invoice=is_invoice, leg_ids=leg_ids))


def frozen_legs_show(path: Path, leg_ids: Collection[str]) -> bool:
    """Whether a frozen leg file shows more of the number of one of the legs than its prefix."""
    return any(
        table != _with_prefix_alone(table, leg_ids) for table in _row_groups(path, columns=["leg_id", NUMBER, PREFIX])
    )


def _row_groups(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        names = [name for name in columns or file.schema_arrow.names if name in file.schema_arrow.names]
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns=names)


def _without(table: pa.Table, number: ErasedNumber, *, is_invoice: bool, leg_ids: Collection[str]) -> pa.Table:
    digits = table[DIGITS].to_pylist() if DIGITS in table.column_names and _may_hold(table[DIGITS], number) else None
    for name in TEXTS:
        if name not in table.column_names or not _may_hold(table[name], number):
            continue
        values = [value if value is None else number.in_text(value) for value in table[name].to_pylist()]
        if name == NUMBER and DIGITS in table.column_names:  # ten digits of the API are another number
            values = [
                new if of_row == number.digits else old
                for old, new, of_row in zip(table[name].to_pylist(), values, digits or (), strict=True)
            ] if digits else table[name].to_pylist()  # fmt: skip
        table = _replaced(table, name, values)
    if digits is not None:
        table = _replaced(table, DIGITS, erased_digits(digits, number, is_invoice=is_invoice))
    return _with_prefix_alone(table, leg_ids) if PREFIX in table.column_names and leg_ids else table


def _with_prefix_alone(table: pa.Table, leg_ids: Collection[str]) -> pa.Table:
    rows = zip(*(table[name].to_pylist() for name in ("leg_id", NUMBER, PREFIX)), strict=True)
    shown = [
        f"{prefix or ''}{SHOWN_ERASED}" if leg_id in leg_ids and number is not None else number
        for leg_id, number, prefix in rows
    ]
    return _replaced(table, NUMBER, shown)


def _replaced(table: pa.Table, name: str, values: list[str | None]) -> pa.Table:
    index = table.column_names.index(name)
    return table.set_column(
        index, table.schema.field(index), pa.chunked_array([pa.array(values, table.schema.field(index).type)])
    )


def _may_hold(column: pa.ChunkedArray, number: ErasedNumber) -> bool:
    """A first look by the engine's regular expressions, which know no surroundings: true for a number inside a longer
    run of digits, too."""
    pattern = "|".join(_SEPARATORS.join(each) for each in sorted(number.readings))
    found: Callable[..., pa.Scalar] = pc.any
    return bool(found(pc.match_substring_regex(column, pattern)).as_py())
