"""Claims about `cpm_assets.resources.frozen_verification`: damage to one version stays its own."""

import json
from pathlib import Path

import pytest

from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.frozen_verification import verify_frozen_days
from cpm_assets.resources.frozen_versions import MANIFEST_FILE
from cpm_assets.resources.warehouse import Warehouse
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
