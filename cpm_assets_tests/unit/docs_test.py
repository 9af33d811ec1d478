"""Tests of the documentation: whatever a page names exists, and whatever needs a page has one.

Names, paths, links and lengths only. That the pages' queries run is `pipeline/analyst_queries_test.py`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RUNBOOKS = DOCS / "runbooks"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LISTED = yaml.safe_load((ROOT / "dbt/dbt_project.yml").read_text())["vars"]["checks"]
CHECKS = sorted(
    [
        *(check["name"] for check in LISTED),
        "extraction_complete",
        "open_day_fresh",
        "frozen_days_intact",
        "closed_day_recomputed",
    ]
)
LONGEST_RUNBOOK_LINES = 60
"""Shown whole in the metadata of a check; longer ones are not read at night."""

CODE_FENCE = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
IN_BACKTICKS = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MAKE = re.compile(r"^ *make ([a-z][a-z-]*)", re.MULTILINE)
SETTING = re.compile(r"\b(?:CPM|GENESYS)_[A-Z_]*[A-Z]\b")
COMPOUND_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
SOURCE_ROOTS = ("cpm_assets/", "cpm_assets_tests/", "dbt/", "docs/", "benchmarks/")
SOURCE_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".example"}


def _pages() -> list[pytest.param]:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES]


def _settings() -> set[str]:
    return set(SETTING.findall((ROOT / ".env.example").read_text()))


def _marts() -> set[str]:
    return {path.stem for path in (ROOT / "dbt/models/marts").iterdir() if path.suffix in (".sql", ".py")}


@lru_cache(maxsize=1)
def _names_in_sources() -> frozenset[str]:
    """Every compound name in the code, and the names of its files and directories."""
    files = [path for root in ("cpm_assets", "dbt", "cpm_assets_tests") for path in _sources(ROOT / root)]
    names = {name for path in files for name in COMPOUND_NAME.findall(path.read_text())}
    return frozenset(names | {part.split(".")[0] for path in files for part in path.relative_to(ROOT).parts})


def _sources(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.suffix in SOURCE_SUFFIXES and path != Path(__file__) and not {"target", "logs"} & set(path.parts):
            yield path


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made when it is shown."""
    headings = HEADING.findall(CODE_FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_a_runbook_that_says_in_its_first_line_what_it_means(check: str) -> None:
    """On-call opens the failed check at night and reads `no runbook page`."""
    page = RUNBOOKS / f"{check}.md"
    assert page.exists(), f"write docs/runbooks/{check}.md; docs/runbooks/README.md says what is on a page"
    first_line = page.read_text().splitlines()[0]
    assert re.fullmatch(rf"# {check}: \S.*", first_line), f"begin the page with `# {check}: <what is wrong>`"


def test_every_check_is_in_the_index_of_the_runbooks() -> None:
    """A page that the index does not list is not found when Dagster is down."""
    index = (RUNBOOKS / "README.md").read_text()
    assert [page.name for page in sorted(RUNBOOKS.glob("*.md")) if f"({page.name})" not in index] == ["README.md"]


@pytest.mark.parametrize("page", sorted(RUNBOOKS.glob("[!R]*.md")), ids=lambda page: page.stem)
def test_a_runbook_is_short_and_ends_with_how_one_knows_that_it_is_over(page: Path) -> None:
    """A page without an end leaves on-call watching; a long one is not read."""
    text = page.read_text()
    assert len(text.splitlines()) <= LONGEST_RUNBOOK_LINES
    for part in ("**What still stands.**", "## Look at", "## Likely causes, in order", "## Do", "## Over when"):
        assert part in text, f"{page.name} lacks {part!r}"


@pytest.mark.parametrize("page", _pages())
def test_every_make_target_in_the_documents_exists(page: Path) -> None:
    """The first command that a new user types must not answer `No rule to make target`."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(MAKE.findall(_code(page))) <= targets


@pytest.mark.parametrize("page", _pages())
def test_every_setting_in_the_documents_exists(page: Path) -> None:
    """A setting that is spelled wrongly or was renamed is set in vain, and nothing says so."""
    assert set(SETTING.findall(page.read_text())) <= _settings()


def test_the_readme_has_every_setting_with_its_default() -> None:
    """The table is where people look for what can be set."""
    readme = (ROOT / "README.md").read_text()
    for name, default in re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE):
        row = next((line for line in readme.splitlines() if line.startswith("|") and f"`{name}`" in line), None)
        assert row, f"{name} is not in the settings table of README.md"
        assert default in row, f"README.md gives another default of {name} than .env.example"


def test_the_page_for_analysts_has_every_published_table() -> None:
    """A table without a grain is joined wrongly."""
    headings = re.findall(r"^### (.*)$", (DOCS / "analysts.md").read_text(), re.MULTILINE)
    described = {name for heading in headings for name in IN_BACKTICKS.findall(heading)}
    assert described == _marts()


@pytest.mark.parametrize("page", _pages())
def test_every_name_in_backticks_is_a_name_in_the_code(page: Path) -> None:
    """Tables, columns, jobs and statuses are renamed; a page that keeps the old name sends its reader nowhere."""
    names = {name for name in _backticked(page) if COMPOUND_NAME.fullmatch(name)}
    assert names <= _names_in_sources()


@pytest.mark.parametrize("page", _pages())
def test_every_source_path_in_the_documents_exists(page: Path) -> None:
    """`Where do I change X?` must not lead to a file that moved."""
    words = {word.rstrip(".,:;") for text in _backticked(page) for word in text.split()}
    paths = {word for word in words if word.startswith(SOURCE_ROOTS) and not set(word) & set("<>*…")}
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", _pages())
def test_no_relative_link_is_dead(page: Path) -> None:
    """Pages are moved and headings reworded; the links stay."""
    text = CODE_FENCE.sub("", page.read_text())
    for target in LINK.findall(text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{page.name} links to {target}, which does not exist"
        assert not anchor or anchor in _anchors(linked), f"{page.name} links to {target}: there is no such heading"


def _backticked(page: Path) -> list[str]:
    return IN_BACKTICKS.findall(CODE_FENCE.sub("", page.read_text()))


def _code(page: Path) -> str:
    """Everything that a page shows as code: fenced blocks, and text in backticks a line each."""
    text = page.read_text()
    blocks = [match.group(0) for match in CODE_FENCE.finditer(text)]
    return "\n".join([*blocks, *_backticked(page)])
