"""Claims about `cpm_assets.resources.frozen_versions`: whole, ordered, written once, and there only when published."""

import errno
import hashlib
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from cpm_assets.domain.manifest import Total
from cpm_assets.resources.frozen_versions import MANIFEST_FILE, ORDER, FrozenVersions, read_version
from cpm_assets_tests.unit.resources.frozen_rows import DAY, KNOWN_FROM, write


def test_a_version_tells_itself_by_its_manifest(tmp_path: Path) -> None:
    """What is quoted in November must be what was written in March."""
    version = write(tmp_path / "v0001")
    assert read_version(tmp_path / "v0001") == version
    assert (version.usage_date, version.version, version.known_from_utc) == (DAY, 1, KNOWN_FROM)
    assert version.totals == {"USD": Total(2, 1, 180, Decimal("0.030001")), "CHF": Total(1, 0, 30, Decimal("1.5"))}
    assert version.manifest_sha256 == hashlib.sha256((tmp_path / "v0001" / MANIFEST_FILE).read_bytes()).hexdigest()


def test_every_file_is_in_the_manifest_with_its_hash_and_rows(tmp_path: Path) -> None:
    """A file that nothing vouches for can be changed by anybody."""
    version = write(tmp_path / "v0001")
    written = {path.name: path for path in version.directory.iterdir() if path.name != MANIFEST_FILE}
    assert set(written) == {f"{name}.parquet" for name in ORDER} == set(version.manifest["files"])
    for name, path in written.items():
        assert version.manifest["files"][name]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert version.manifest["files"]["costed_legs.parquet"]["rows"] == 5


def test_legs_lie_in_the_order_of_their_ids(tmp_path: Path) -> None:
    """Files in the order of the threads that wrote them would have another hash each time."""
    write(tmp_path / "v0001")
    with duckdb.connect() as connection:
        ids = connection.read_parquet(str(tmp_path / "v0001" / "costed_legs.parquet")).project("leg_id").fetchall()
    assert ids == [(each,) for each in "abcde"]


def test_the_same_day_written_twice_is_the_same_bytes(tmp_path: Path) -> None:
    """Otherwise a hash says nothing about the figures."""
    assert write(tmp_path / "one").manifest_sha256 == write(tmp_path / "two").manifest_sha256


def test_a_left_over_of_a_killed_writer_is_replaced(tmp_path: Path) -> None:
    """Its half file would be moved to the lake beside the whole ones."""
    (tmp_path / "v0001").mkdir()
    (tmp_path / "v0001" / "half.parquet").write_text("PAR1")
    assert not (write(tmp_path / "v0001").directory / "half.parquet").exists()


def test_settling_twice_moves_once_and_never_replaces(tmp_path: Path) -> None:
    """A frozen file that a second settling could replace is not frozen."""
    frozen = FrozenVersions(tmp_path / "lake", tmp_path / "work")
    first = write(frozen.staging_directory(DAY))
    names = frozen.staged()
    assert names == ["2026-11-03/v0001"]
    frozen.settle(names)
    frozen.settle(names)
    write(frozen.staging_directory(DAY), version=9)
    frozen.settle(names)
    assert read_version(frozen.directory(DAY)).manifest_sha256 == first.manifest_sha256
    assert frozen.days() == [DAY]


def test_what_waits_without_a_manifest_is_not_taken(tmp_path: Path) -> None:
    """The manifest is written last: without it the files may be half."""
    frozen = FrozenVersions(tmp_path / "lake", tmp_path / "work")
    write(frozen.staging_directory(DAY))
    (frozen.staging_directory(DAY) / MANIFEST_FILE).unlink()
    assert frozen.staged() == []


def test_a_lake_on_another_disk_gets_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lakes are put on larger disks; a rename cannot reach them."""
    frozen = FrozenVersions(tmp_path / "lake", tmp_path / "work")
    version = write(frozen.staging_directory(DAY))
    rename = Path.rename

    def within_one_disk(source: Path, target: Path) -> Path:
        if "work" in source.parts and "lake" in target.parts:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", within_one_disk)
    frozen.settle(frozen.staged())
    assert read_version(frozen.directory(DAY)).manifest_sha256 == version.manifest_sha256
    assert json.loads((frozen.directory(DAY) / MANIFEST_FILE).read_bytes()) == version.manifest
    assert [path.name for path in frozen.directory(DAY).parent.iterdir()] == ["v0001"]
