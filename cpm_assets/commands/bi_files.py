"""`make bi`: the repository's files for BI tools, generated again from a published file."""

from __future__ import annotations

from pathlib import Path

from cpm_assets.commands.session import say
from cpm_assets.installation import Installation
from cpm_assets.resources.bi_files import repository_files, write_files
from cpm_assets.settings import settings_from_environment

REPOSITORY_BI = Path(__file__).resolve().parents[2] / "bi"
NOTHING_PUBLISHED = 1


def run_bi_files() -> int:
    """Write `bi/`; 0, or 1 when nothing is published to make it from."""
    published = Installation(settings_from_environment()).directory.published_file
    if not published.exists():
        say(f"{published} is not there yet: run `make demo` first")
        return NOTHING_PUBLISHED
    written = write_files(REPOSITORY_BI, repository_files(published))
    print("\n".join(written) or "bi/ is what the generator makes")
    return 0
