"""The dbt project as Dagster sees it: where it is, its manifest, and the environment its profile reads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_dbt import DbtCliResource, DbtProject

from cpm_assets import dbt_child
from cpm_assets.resources.data_directory import DataDirectory

PROJECT_DIR = Path(__file__).resolve().parent.parent / "dbt"
MANIFEST = PROJECT_DIR / "target" / "manifest.json"


def dbt_executable() -> str:
    """The dbt of this virtual environment (`dbt_child.py`), whether or not it is on PATH."""
    return str(Path(sys.executable).with_name("cpm-dbt"))


def prepared_project() -> DbtProject:
    """The project with a manifest that is newer than its files; parses it (some seconds) when it is not."""
    sources = [path for path in PROJECT_DIR.rglob("*") if path.suffix in (".sql", ".yml", ".py", ".csv")]
    newest = max(path.stat().st_mtime for path in sources if "target" not in path.parts)
    if not MANIFEST.exists() or MANIFEST.stat().st_mtime < newest:
        subprocess.run(  # noqa: S603 - our own dbt with fixed arguments
            [dbt_executable(), "--quiet", "parse", "--profiles-dir", str(PROJECT_DIR)], cwd=PROJECT_DIR, check=True
        )
        MANIFEST.touch()
    return DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR)


def dbt_resource(project: DbtProject) -> DbtCliResource:
    """Runs dbt as a child process."""
    return DbtCliResource(project_dir=project, dbt_executable=dbt_executable())


@contextmanager
def dbt_environment(directory: DataDirectory) -> Iterator[None]:
    """What `dbt/profiles.yml` and `dbt/models/sources.yml` read from the environment, for as long as the block runs.

    The same values every time for a data directory, so that dbt's partial parsing holds.
    """
    ours = {
        "CPM_WAREHOUSE_DIR": str(directory.warehouse),
        "CPM_RUN_INPUTS": str(directory.run_inputs),
        dbt_child.PARENT: str(os.getpid()),
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
