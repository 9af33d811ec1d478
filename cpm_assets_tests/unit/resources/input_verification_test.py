"""Claims about `cpm_assets.resources.input_verification`: what a day was made of is still there, byte by byte."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cpm_assets.resources.frozen_versions import FrozenVersion
from cpm_assets.resources.input_verification import verify_inputs
from cpm_assets_tests.unit.resources.frozen_rows import DAY, write

PAGES, LEGS, CARD = "usage/2026-11-03/sweep/pages.jsonl.gz", "usage/2026-11-03/sweep/legs.v1.parquet", "Acme.CSV"


@pytest.fixture
def version(tmp_path: Path) -> FrozenVersion:
    """A frozen day of one reading and one card, both in the lake."""
    named = {path: _put(tmp_path / path, path.encode()) for path in (PAGES, LEGS)}
    content = b"prefix"
    sha256 = hashlib.sha256(content).hexdigest()
    _put(tmp_path / "deliveries" / "rate_cards" / f"{sha256}.csv", content)
    made = write(tmp_path / "frozen" / str(DAY) / "v0001")
    files = {path.rsplit("/", 1)[1]: named[path] for path in (PAGES, LEGS)}
    extraction = {"asked_day": str(DAY), "extraction_id": "sweep", "files": files}
    card = {"kind": "rate_cards", "file_name": CARD, "sha256": sha256, "bytes": len(content)}
    return replace(made, manifest={**made.manifest, "extractions": [extraction], "deliveries": [card]})


def _put(path: Path, content: bytes) -> dict[str, object]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _problems(tmp_path: Path, *versions: FrozenVersion, reads: bool = True) -> list[str]:
    return [str(each) for each in verify_inputs(tmp_path, versions, lambda _day: reads)]


def test_inputs_as_received_are_no_problem(tmp_path: Path, version: FrozenVersion) -> None:
    """A check that cries each night is switched off."""
    assert _problems(tmp_path, version) == []


def test_a_lost_or_cut_input_is_named_with_the_days_it_takes_along(tmp_path: Path, version: FrozenVersion) -> None:
    """In November the figure stands, and what it was made of is gone."""
    later = replace(version, usage_date=DAY + timedelta(days=1), manifest={**version.manifest, "extractions": []})
    (card,) = (tmp_path / "deliveries" / "rate_cards").iterdir()
    card.unlink()
    (tmp_path / PAGES).write_bytes(b"cut")
    gone, cut = _problems(tmp_path, version, later)
    assert "is gone: restore it from the backup" in gone
    assert gone.endswith("named by 2026-11-03 version 1 and 1 more")
    assert "has 3 bytes instead of 37: restore it" in cut


def test_a_changed_input_of_the_same_size_is_found_when_the_day_is_read(tmp_path: Path, version: FrozenVersion) -> None:
    """Whoever changes a rate keeps the length of the file."""
    (tmp_path / PAGES).write_bytes(b"X" + PAGES.encode()[1:])
    assert _problems(tmp_path, version, reads=False) == []
    assert "was changed" in _problems(tmp_path, version)[0]


def test_a_parsed_file_may_go_but_not_be_another(tmp_path: Path, version: FrozenVersion) -> None:
    """It is made again from the answers; one that says something else would be costed."""
    (tmp_path / LEGS).write_bytes(b"X" + LEGS.encode()[1:])
    assert "take it away, it is made again" in _problems(tmp_path, version)[0]
    (tmp_path / LEGS).unlink()
    assert _problems(tmp_path, version) == []
