"""The rules that made a figure, as one hash: the dbt models and macros, the readers of raw files, the engine.

Where today's hash differs from a frozen day's, a difference found when it is worked out again may be the code's.
Descriptions (yml) are no rules, but for `dbt_project.yml`, which lists the checks.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from cpm_assets.dbt_project import PROJECT_DIR
from cpm_assets.domain.deliveries import DELIVERY_PARSER_VERSION
from cpm_assets.domain.leg_parsing import PARSER_VERSION

ENGINES = ("duckdb", "dbt-core", "dbt-duckdb")
_PACKAGE = Path(__file__).resolve().parents[1]


def engine_versions() -> dict[str, str]:
    """What computes, and what reads the raw files, with their versions."""
    return {
        **{name: version(name) for name in ENGINES},
        "leg_parser": str(PARSER_VERSION),
        "delivery_parser": str(DELIVERY_PARSER_VERSION),
    }


@lru_cache(maxsize=1)
def rules_sha256() -> str:
    """SHA-256 over every rule's name and bytes, and the versions above; the same on every machine."""
    digest = hashlib.sha256()
    for name, path in sorted(_rule_files()):
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    for name, of in sorted(engine_versions().items()):
        digest.update(f"{name}\0{of}\n".encode())
    return digest.hexdigest()


def _rule_files() -> list[tuple[str, Path]]:
    folders = (PROJECT_DIR / "models", PROJECT_DIR / "macros")
    of_dbt = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".sql", ".py")]
    python = [_PACKAGE / "domain" / "matching.py"]
    return [
        *((path.relative_to(PROJECT_DIR).as_posix(), path) for path in (*of_dbt, PROJECT_DIR / "dbt_project.yml")),
        *((path.relative_to(_PACKAGE).as_posix(), path) for path in python),
    ]
