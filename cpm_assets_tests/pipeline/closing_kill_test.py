"""Claims about closing a day when the run is killed with SIGKILL, and when two runs close one day at once (D21)."""

import signal
from pathlib import Path

import pytest

from cpm_assets.installation import Installation
from cpm_assets.resources.frozen_verification import Verdict, verify_frozen_days
from cpm_assets.settings import Settings
from cpm_assets_tests.pipeline import killed_run
from cpm_assets_tests.pipeline.published_tables import rows

DAY = killed_run.DAYS[0]
SECONDS = 300


def installation_of(data_dir: Path) -> Installation:
    return Installation(Settings(data_dir=data_dir, first_day=DAY, is_sandbox=True))


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[bool, bool]], list[int]]:
    """A day whose closing is killed while its files are written, and when they wait; then asked for by two at once.

    What stood after each kill (whether readers see it as final, whether its files are in the lake); how the two ended.
    """
    data_dir = tmp_path_factory.mktemp("closing_killed")
    warehouse = installation_of(data_dir).warehouse
    stood = {}
    for point in ("while_a_day_is_frozen", "between_dbt_and_publishing"):
        process = killed_run.start(data_dir, DAY, point, "finalize_job")
        _, words = process.communicate(timeout=SECONDS)
        assert process.returncode == -signal.SIGKILL, f"not killed {point}: {words}"
        stood[point] = warehouse.snapshots.current() is not None, bool(warehouse.frozen.days())
    both = [killed_run.start(data_dir, DAY, job="finalize_job") for _ in range(2)]
    for process in both:
        process.communicate(timeout=SECONDS)
    return data_dir, stood, [process.returncode for process in both]


def test_of_a_killed_closing_nothing_is_final_and_nothing_is_frozen(
    closed: tuple[Path, dict[str, tuple[bool, bool]], list[int]],
) -> None:
    """Files without a published version would be read back as figures that nobody saw."""
    _, stood, _ = closed
    assert set(stood.values()) == {(False, False)}


def test_two_runs_that_close_one_day_make_one_version(
    closed: tuple[Path, dict[str, tuple[bool, bool]], list[int]],
) -> None:
    """The sensor and a person do; a second version, or a second set of files, would contradict the first."""
    data_dir, _, ended = closed
    assert ended == [0, 0]
    warehouse = installation_of(data_dir).warehouse
    assert [path.name for path in warehouse.frozen.of_day(DAY)] == ["v0001"]
    assert [build.is_final for build in warehouse.builds.of_day(DAY)] == [True]
    assert list(verify_frozen_days(warehouse)) == [Verdict(DAY, 1, (), bytes_of(warehouse.frozen.directory(DAY)))]
    assert rows(data_dir / "published" / "cpm.duckdb", "select usage_date, version from day_versions") == [(DAY, 1)]
    assert not (data_dir / "work" / "freezing").exists(), "what the killed runs left is gone"


def bytes_of(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.glob("*.parquet"))
