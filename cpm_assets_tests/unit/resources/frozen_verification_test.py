"""Claims about `cpm_assets.resources.frozen_verification`: damage stays its version's own, and an edit is found."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cpm_assets.resources.build_log import DayBuild
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.frozen_verification import FrozenDamagedError, check_before_reading, verify_frozen_days
from cpm_assets.resources.frozen_versions import MANIFEST_FILE
from cpm_assets.resources.review_log import DayReview
from cpm_assets.resources.warehouse import Warehouse
from cpm_assets_tests.unit.logged_reviews import log_review
from cpm_assets_tests.unit.resources.frozen_rows import DAY, write


@pytest.mark.parametrize("key", ["files", "totals"])
def test_a_manifest_that_lacks_a_part_costs_its_own_verdict_and_no_other(tmp_path: Path, key: str) -> None:
    """One edited manifest ended the whole check: no day was said to be intact or damaged any more."""
    warehouse = Warehouse(DataDirectory(tmp_path), keep_snapshots=1)
    for number in (1, 2):
        write(warehouse.frozen.directory(DAY, number), number)
    path = warehouse.frozen.directory(DAY, 1) / MANIFEST_FILE
    manifest = json.loads(path.read_bytes())
    del manifest[key]
    path.chmod(0o644)
    path.write_text(json.dumps(manifest))
    damaged, intact = verify_frozen_days(warehouse)
    assert "cannot be read" in damaged.problems[0]
    assert intact.problems == ()


AT = datetime(2026, 11, 6, tzinfo=UTC)


def test_a_manifest_edited_to_fit_its_files_is_refused_by_a_rebuild_without_a_published_file(tmp_path: Path) -> None:
    """Whoever edits a figure edits the hash beside it; the rebuild would have published it as what was closed."""
    warehouse = Warehouse(DataDirectory(tmp_path), keep_snapshots=1)
    closed, restated = (write(warehouse.frozen.directory(DAY, number), number) for number in (1, 2))
    build = DayBuild(DAY, "run", AT, AT, "accepted", True, True, None, manifest_sha256=closed.manifest_sha256)
    warehouse.builds.prepare([build], "snapshot")
    warehouse.builds.settle("snapshot")
    log_review(warehouse, DayReview(DAY, "run", AT, AT, "restated", 2, None, restated.manifest_sha256))
    check_before_reading(warehouse, [DAY])
    for number, place in ((1, "build log"), (2, "review log")):
        path = warehouse.frozen.directory(DAY, number) / MANIFEST_FILE
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b'"reason": "closed"', b'"reason": "edited"'))
        with pytest.raises(FrozenDamagedError, match=f"the {place} has .* it was edited"):
            check_before_reading(warehouse, [DAY])
        path.write_bytes(whole)
    check_before_reading(warehouse, [DAY])


def test_a_day_off_the_rota_is_looked_at_but_not_read(tmp_path: Path) -> None:
    """A thousand days read whole take the night; a file cut short has to be seen all the same."""
    warehouse = Warehouse(DataDirectory(tmp_path), keep_snapshots=1)
    version = write(warehouse.frozen.directory(DAY, 1))
    legs = version.directory / "costed_legs.parquet"
    whole = legs.read_bytes()

    def problems(*, reads: bool) -> tuple[str, ...]:
        (verdict,) = verify_frozen_days(warehouse, lambda _day: reads)
        return verdict.problems

    legs.write_bytes(whole[:-1] + b"X")
    assert (problems(reads=False), len(problems(reads=True))) == ((), 1)
    legs.write_bytes(whole[:-1])
    assert "bytes instead of" in problems(reads=False)[0]
