"""Claims about column lineage: what it says, and that its memory is a help and never a need."""

from pathlib import Path

import pytest

from cpm_assets.resources import column_lineage
from cpm_assets.resources.column_lineage import Lineage, lineage_of_models, lineage_through

COLUMNS = {"legs": ["leg_id", "cost"], "daily": ["legs", "total"]}
DAILY = 'select count(leg_id) as legs, sum(cost) as total from "warehouse"."main"."legs"'
FROM_LEGS = {"daily": {"legs": [("legs", "leg_id")], "total": [("legs", "cost")]}}
FOUND: dict[str, Lineage] = {
    "flags": {"usage_date": [("compared_days", "usage_date"), ("legs", "usage_date")]},
    "compared_days": {"usage_date": [("asked_days", "usage_date")]},
    # What an earlier build left decides what this one compares.
    "asked_days": {"usage_date": [("compared_days", "usage_date"), ("day_status", "usage_date")]},
    "legs": {"usage_date": [("usage", "start_time_utc")]},
}


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    """A directory of compiled SQL with one model above the other."""
    directory = tmp_path / "compiled"
    directory.mkdir()
    (directory / "daily.sql").write_text(DAILY)
    return directory


@pytest.mark.parametrize("remembered", [None, "no JSON {", "{}"])
def test_lineage_is_said_whatever_the_memory_holds(compiled: Path, tmp_path: Path, remembered: str | None) -> None:
    """A memory that another run is writing must not fail a run that has published already."""
    memory = tmp_path / "memory.json"
    if remembered is not None:
        memory.write_text(remembered)
    assert lineage_of_models(compiled, COLUMNS, memory) == FROM_LEGS


def test_an_installation_that_cannot_be_written_has_lineage_too(compiled: Path, tmp_path: Path) -> None:
    """A container's file system is often read-only where the code is."""
    assert lineage_of_models(compiled, COLUMNS, tmp_path / "not there" / "memory.json") == FROM_LEGS


def test_the_same_sql_is_read_once(compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading it again costs each run ten seconds of processor time."""
    first = lineage_of_models(compiled, COLUMNS, tmp_path / "memory.json")
    monkeypatch.setattr(column_lineage, "_lineage_of", None)
    assert lineage_of_models(compiled, COLUMNS, tmp_path / "memory.json") == first


def test_a_column_more_is_read_again(compiled: Path, tmp_path: Path) -> None:
    """What was remembered of `select *` is not all once there is a column more."""
    (compiled / "daily.sql").write_text('select * from "warehouse"."main"."legs"')
    narrow = {"legs": ["leg_id"], "daily": ["leg_id"]}
    lineage_of_models(compiled, narrow, tmp_path / "memory.json")
    wide = {"legs": ["leg_id", "cost"], "daily": ["leg_id", "cost"]}
    found = lineage_of_models(compiled, wide, tmp_path / "memory.json")
    assert found == {"daily": {"leg_id": [("legs", "leg_id")], "cost": [("legs", "cost")]}}


def test_a_step_that_reads_its_own_earlier_rows_is_gone_through_once() -> None:
    """Gone through without end, the build that has just been published would fail."""
    assert lineage_through(FOUND, "flags", {"flags", "day_status", "usage"}) == {
        "usage_date": [("day_status", "usage_date"), ("usage", "start_time_utc")]
    }
