"""Runbooks: the page for each check, shown where on-call already is."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

RUNBOOKS_DIR = Path(__file__).resolve().parent.parent / "docs" / "runbooks"


def runbook_metadata(name: str) -> dict[str, dg.MetadataValue]:
    """The page itself, readable in Dagster, and a link to its file in this checkout."""
    page = RUNBOOKS_DIR / f"{name}.md"
    return {
        "what_to_do": dg.MetadataValue.md(page.read_text() if page.exists() else "no runbook page"),
        "runbook": dg.MetadataValue.url(page.as_uri()),
    }
