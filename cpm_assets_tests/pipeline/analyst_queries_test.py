"""Tests of the documented queries: every SQL block of the pages runs on the published file of the demonstration.

`published_demo` (in `cpm_assets_tests/conftest.py`) is the path of that file, built once a session.
"""

import re
from pathlib import Path

import duckdb
import pytest

DOCS = Path(__file__).parents[2] / "docs"
SQL_BLOCK = re.compile(r"^```sql\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = [
    *(DOCS / f"{name}.md" for name in ("analysts", "controllers", "finance", "on-call")),
    *sorted((DOCS / "runbooks").glob("*.md")),
]


def _queries(pages: list[Path]) -> list[pytest.param]:
    return [
        pytest.param(query, id=f"{page.stem}-{number}")
        for page in pages
        for number, query in enumerate(SQL_BLOCK.findall(page.read_text()), start=1)
    ]


def _rows(published: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("query", _queries(PAGES))
def test_a_documented_query_runs(published_demo: Path, query: str) -> None:
    """A renamed column makes the page for analysts, or the runbook in the middle of an incident, useless."""
    _rows(published_demo, query)


@pytest.mark.parametrize("query", _queries([DOCS / "analysts.md"]))
def test_an_example_for_analysts_shows_something(published_demo: Path, query: str) -> None:
    """An example that gives no row on the demonstration's data teaches nothing, and hides a wrong condition."""
    assert _rows(published_demo, query)


def test_averaging_cpms_is_not_the_cpm(published_demo: Path) -> None:
    """D10: the page's first rule, shown on the data; if the two were the same the rule would not matter."""
    average, weighted = _rows(
        published_demo,
        "select avg(cpm), cost_per_minute(sum(total_cost), sum(billed_seconds)) from cpm_daily where currency = 'USD'",
    )[0]
    assert abs(float(average) - float(weighted)) > 0.001  # floats are good enough to tell them apart
