"""Tests of `resources/write_once.py` and of writing tables by `parquet_tables.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cpm_assets.resources.parquet_tables import INPUT_SCHEMAS, write_empty_tables
from cpm_assets.resources.write_once import WrittenOnceError, drop_dead_parts, write_once


def test_other_content_never_replaces_what_is_written(tmp_path: Path) -> None:
    """As-of answers (D22) rest on inputs that do not change."""
    path = tmp_path / "a" / "file"
    fingerprint = write_once(path, b"x")
    assert write_once(path, b"x") == fingerprint
    with pytest.raises(WrittenOnceError):
        write_once(path, b"y")
    assert path.read_bytes() == b"x"


def test_parts_of_dead_processes_are_removed_and_those_of_living_ones_are_not(tmp_path: Path) -> None:
    """A killed run leaves no half file behind, and a run beside this one keeps what it is writing."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    (tmp_path / f".file.{process.pid}.part").write_bytes(b"half")
    (tmp_path / f".file.{os.getppid()}.part").write_bytes(b"being written")
    (tmp_path / ".file.by hand.part").write_bytes(b"whoever wrote this")
    drop_dead_parts(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f".file.{os.getppid()}.part", ".file.by hand.part"}


def test_there_is_an_empty_table_for_each_kind_of_input(tmp_path: Path) -> None:
    """Without it the SQL needs a branch for a day, or a first day, without files."""
    write_empty_tables(tmp_path)
    for name, schema in INPUT_SCHEMAS.items():
        table = pq.read_table(tmp_path / f"empty_{name}.parquet")
        assert table.num_rows == 0
        assert table.schema.equals(schema)
