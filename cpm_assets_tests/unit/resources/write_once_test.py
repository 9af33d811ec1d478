"""Tests of `resources/write_once.py` and of writing tables by `parquet_schemas.py`."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cpm_assets.resources.parquet_schemas import INPUT_SCHEMAS, write_empty_tables
from cpm_assets.resources.write_once import WrittenOnceError, write_once


def test_other_content_never_replaces_what_is_written(tmp_path: Path) -> None:
    """As-of answers (D22) rest on inputs that do not change."""
    path = tmp_path / "a" / "file"
    fingerprint = write_once(path, b"x")
    assert write_once(path, b"x") == fingerprint
    with pytest.raises(WrittenOnceError):
        write_once(path, b"y")
    assert path.read_bytes() == b"x"


def test_a_left_over_part_is_overwritten(tmp_path: Path) -> None:
    """A killed run must not be in the way of the next."""
    (tmp_path / ".file.part").write_bytes(b"half")
    write_once(tmp_path / "file", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_there_is_an_empty_table_for_each_kind_of_input(tmp_path: Path) -> None:
    """Without it the SQL needs a branch for a day, or a first day, without files."""
    write_empty_tables(tmp_path)
    for name, schema in INPUT_SCHEMAS.items():
        table = pq.read_table(tmp_path / f"empty_{name}.parquet")
        assert table.num_rows == 0
        assert table.schema.equals(schema)
