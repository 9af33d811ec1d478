"""Runbooks: the page for each check, shown where on-call already is."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

RUNBOOKS_DIR = Path(__file__).resolve().parent.parent / "docs" / "runbooks"


def runbook_link(runbooks_url: str, name: str) -> str:
    """The address of a check's page: below CPM_RUNBOOKS_URL, or the page's path in the repository."""
    return f"{runbooks_url}/{name}.md"


def runbook_page(name: str) -> str:
    """The text of a check's page, as Markdown."""
    page = RUNBOOKS_DIR / f"{name}.md"
    return page.read_text() if page.exists() else "no runbook page"


def runbook_metadata(runbooks_url: str, name: str) -> dict[str, dg.MetadataValue]:
    """The page itself, readable in Dagster, and its address."""
    link = runbook_link(runbooks_url, name)
    return {
        "what_to_do": dg.MetadataValue.md(runbook_page(name)),
        "runbook": dg.MetadataValue.url(link) if "://" in link else dg.MetadataValue.path(link),
    }
