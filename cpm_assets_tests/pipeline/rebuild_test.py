"""Claims about the warehouse being derived: made again from the lake it is the same; without it nothing is guessed."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cpm_assets.commands.demo import CLOSING_AT
from cpm_assets.commands.rebuild import rebuild
from cpm_assets.installation import Installation
from cpm_assets.settings import SANDBOX_FIRST_DAY, Settings
from cpm_assets_tests.conftest import FinishedCommand, run_command
from cpm_assets_tests.pipeline.published_tables import NAMES_THE_PUBLISHING, differences, rows


@pytest.fixture(scope="module")
def moved(demo: FinishedCommand, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demonstration's data at another place, as after a restore from a backup, without `warehouse/`."""
    copy = tmp_path_factory.mktemp("moved") / "data"
    shutil.copytree(demo.data_dir, copy, symlinks=True, ignore=shutil.ignore_patterns("dbt_target"))
    shutil.rmtree(copy / "warehouse")
    return copy


@pytest.fixture(scope="module")
def day_without_warehouse(moved: Path) -> tuple[FinishedCommand, FinishedCommand]:
    """`make day` on it, before anything is rebuilt: of a final day, and of one that was never built."""
    final, new = (run_command(moved, "day", day, "--no-extract") for day in ("2026-11-02", "2026-11-03"))
    return final, new


@pytest.fixture(scope="module")
def rebuilt(moved: Path, day_without_warehouse: tuple[FinishedCommand, FinishedCommand]) -> Path:
    """The published version after `make rebuild`, as of the demonstration's last instant."""
    installation = Installation(replace(_settings(moved), keep_snapshots=100))
    rebuild(installation, CLOSING_AT)
    return installation.directory.published_file


def _settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, first_day=SANDBOX_FIRST_DAY, is_sandbox=True)


def test_without_the_warehouse_a_day_says_that_a_rebuild_is_needed(
    demo: FinishedCommand, moved: Path, day_without_warehouse: tuple[FinishedCommand, FinishedCommand]
) -> None:
    """Starting from nothing it would publish one day, and all others would be gone."""
    final, command = day_without_warehouse
    assert final.status == 0, "a final day is left alone, whatever else is missing"
    assert command.status == 1
    assert "Run `make rebuild`: it is made again from the lake. Nothing is lost." in command.messages
    assert (moved / "published" / "cpm.duckdb").resolve().name == demo.published.resolve().name
    assert (moved / "lake").exists()


def test_a_rebuild_gives_the_same_tables(published_demo: Path, rebuilt: Path) -> None:
    """A lost disk, or an upgrade that asks for a rebuild, must not change what was reported."""
    assert rebuilt.resolve().name != published_demo.resolve().name
    assert differences(published_demo, rebuilt, NAMES_THE_PUBLISHING) == {}


def test_a_rebuild_reopens_no_final_day(rebuilt: Path) -> None:
    """A day that was closed and is provisional after a crash would be closed again with other figures (D21)."""
    statuses = rows(rebuilt, "select status, count(*) from day_status where usage_date <= '2026-11-02' group by 1")
    assert dict(statuses) == {"final": 9, "rejected": 1}


def test_closed_days_are_read_back_and_not_computed(published_demo: Path, moved: Path, rebuilt: Path) -> None:
    """A rebuild after a change of a card's reading, or of a rule, would move figures that were quoted (D21)."""
    for file in (moved / "lake" / "deliveries" / "rate_cards").glob("*.rows.parquet"):
        _double_the_rates(file)
    rebuild(Installation(replace(_settings(moved), keep_snapshots=100)), CLOSING_AT + timedelta(hours=1))
    now = moved / "published" / "cpm.duckdb"
    changed = set(differences(published_demo, now, NAMES_THE_PUBLISHING))
    assert "rate_card_dimension" in changed, "or this shows nothing"
    for table in ("costed_legs", "cpm_fact", "cpm_hourly", "cpm_daily", "cpm_by_prefix", "cpm_trailing_7d"):
        assert table not in changed
    assert not {"internal_handling_cost", "day_versions"} & changed


def _double_the_rates(file: Path) -> None:
    table = pq.read_table(file)
    index = table.schema.get_field_index("rate_per_minute")
    doubled = pa.array([2 * rate for rate in table.column(index).to_pylist()], table.schema.field(index).type)
    pq.write_table(table.set_column(index, table.schema.field(index), doubled), file)
