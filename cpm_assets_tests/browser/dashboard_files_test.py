"""Claims about what goes into and out of the dashboard in a browser: a decision, a dispute pack, a saved view.

Needs the system package chromium. With CPM_SCREENSHOTS set to a directory, Reconciliation is written there as
docs/dashboard.md shows it.
"""

import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page, expect

from cpm_assets.resources.decision_files import decisions_in_inbox
from cpm_assets_tests.browser.conftest import WAIT_MILLISECONDS
from cpm_assets_tests.browser.dashboard_server import dashboard_server, publish_changed
from cpm_assets_tests.browser.saved_view import RUN_IS_OVER, opened, save_view
from cpm_assets_tests.conftest import FinishedCommand

INVOICE = "invoice=Northwind+Voice&invoice=NOR-2026-1102"


@pytest.fixture(scope="module")
def data_dir(demo: FinishedCommand, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pages read of the demonstration, in a data directory whose inbox may be written to."""
    data_dir = tmp_path_factory.mktemp("files")
    publish_changed(demo.published, data_dir, [])
    shutil.copytree(demo.data_dir / "dispute_packs", data_dir / "dispute_packs")
    shutil.copy(demo.data_dir / "stamp.json", data_dir)
    return data_dir


@pytest.fixture(scope="module")
def address(data_dir: Path) -> Iterator[str]:
    """The dashboard over it."""
    with dashboard_server(data_dir) as url:
        yield url


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(WAIT_MILLISECONDS)
    return page


def test_a_saved_view_loads_nothing(page: Page, browser: Browser, address: str, tmp_path: Path) -> None:
    """It is opened from a mail: what it asks for tells others who reads which figures, and is missing there."""
    page.goto(f"{address}/reconciliation?{INVOICE}&status=open&status=disputed")
    expect(page.locator(".st-key-waterfall svg")).to_be_visible()
    _screenshot(page, "dashboard-reconciliation")
    file = save_view(page, tmp_path)
    saved, asked = opened(browser, file)
    expect(saved.get_by_role("heading", name="Reconciliation")).to_be_visible()
    expect(saved.get_by_text("flag status: open, disputed")).to_be_visible()
    expect(saved.locator("svg.waterfall")).to_be_visible()
    assert asked == [file.as_uri()]


def test_a_decision_lies_in_the_inbox_and_is_shown_as_pending(page: Page, address: str, data_dir: Path) -> None:
    """One that is lost between the page and the next run is a dispute that is never sent."""
    with duckdb.connect(str(data_dir / "published" / "cpm.duckdb"), read_only=True) as connection:
        ((flag_id,),) = connection.execute(
            "select min(flag_id) from finance_review_queue where status = 'open' and currency = 'USD'"
        ).fetchall()
    page.goto(f"{address}/reconciliation?flag={flag_id}")
    page.get_by_label("Why").fill("billed twice")
    page.get_by_label("Your name").fill("A. Controller")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.locator(".st-key-queue tr", has_text=flag_id[:12])).to_contain_text("disputed, pending")
    expect(page.locator(".st-key-flag")).to_contain_text("pending: the next run takes it")
    (decision,) = decisions_in_inbox(data_dir / "inbox", 10)
    assert (decision.flag_id, decision.status) == (flag_id, "disputed")
    assert (decision.decided_by, decision.note) == ("A. Controller", "billed twice")


def test_a_pack_arrives_whole_and_one_that_is_gone_is_said(page: Page, address: str, data_dir: Path) -> None:
    """It is sent to the carrier as it arrives; nothing at all, without a word, looks like a fault."""
    (pack, *_) = sorted((data_dir / "dispute_packs" / "Northwind Voice").iterdir())
    page.goto(f"{address}/reconciliation")
    button = page.get_by_role("button", name=f"Download {pack.name.split('.')[0]}")
    expect(button).to_be_visible()
    expect(page.locator(RUN_IS_OVER)).to_be_visible()
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == pack.name
    assert download.value.path().read_bytes() == pack.read_bytes()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {"lines.csv", "manifest.json", "summary.pdf"} <= set(archive.namelist())
    pack.unlink()
    button.click()
    expect(page.get_by_text("Failed to generate file for download")).to_be_visible()
    page.get_by_role("radio", name="EUR").click()
    expect(page.get_by_text(f"No longer there: Northwind Voice/{pack.name}")).to_be_visible()
    expect(button).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def _screenshot(page: Page, name: str) -> None:
    directory = os.environ.get("CPM_SCREENSHOTS")
    if directory:
        page.set_viewport_size({"width": 1400, "height": 1500})
        page.wait_for_timeout(2_000)
        page.screenshot(path=str(Path(directory) / f"{name}.png"))
