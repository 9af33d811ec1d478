"""The dbt project as Dagster sees it: where it is, and its manifest, from which the assets are made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from dagster_dbt import DbtProject

PROJECT_DIR = Path(__file__).resolve().parent.parent / "dbt"
MANIFEST = PROJECT_DIR / "target" / "manifest.json"


def dbt_executable() -> str:
    """The dbt of this virtual environment (`dbt_child.py`), whether or not it is on PATH."""
    return str(Path(sys.executable).with_name("cpm-dbt"))


def prepared_project() -> DbtProject:
    """The project with a manifest that is newer than its files; parses it (some seconds) when it is not."""
    if not is_manifest_current():
        subprocess.run(  # noqa: S603 - our own dbt with fixed arguments
            [dbt_executable(), "--quiet", "parse", "--profiles-dir", str(PROJECT_DIR)], cwd=PROJECT_DIR, check=True
        )
        MANIFEST.touch()
    return DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR)


def is_manifest_current() -> bool:
    """Whether there is a manifest that is newer than every file of the project."""
    sources = [path for path in PROJECT_DIR.rglob("*") if path.suffix in (".sql", ".yml", ".py", ".csv")]
    newest = max(path.stat().st_mtime for path in sources if "target" not in path.parts)
    return MANIFEST.exists() and MANIFEST.stat().st_mtime >= newest
