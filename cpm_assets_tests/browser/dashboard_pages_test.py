"""Claims about the dashboard's pages in a browser, over the demonstration's ten days.

Needs the system package chromium. With CPM_SCREENSHOTS set to a directory, the pages that docs/dashboard.md shows are
written there. What the pages show of figures in every detail is in `unit/dashboard`, without a browser.
"""

import os
import time
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Page, expect

from cpm_assets_tests.browser.chromium import chromium_browser
from cpm_assets_tests.browser.dashboard_server import dashboard_server, publish_changed

WAIT_MILLISECONDS = 60_000
FOLLOWS_WITHIN_SECONDS = 10
HOSTILE = "<img src=x onerror=\"document.title = 'run'\">"
CHANGES = [
    f"update {table} set carrier_name = $hostile${HOSTILE}$hostile$ where carrier_name = 'Saltmarsh Telecom'"
    for table in ("cpm_daily", "cpm_hourly", "cpm_by_prefix", "dim_carrier", "rate_card_dimension", "costed_legs")
]
CELLS = """
select coalesce(carrier_name, 'All'), coalesce(destination_region, 'All'),
    cost_per_minute(sum(total_cost), sum(billed_seconds)), sum(unrated_legs), sum(legs)
from {table} as sums
where currency = 'USD' and {where}
group by grouping sets ((carrier_name, destination_region), (carrier_name), (destination_region), ())
"""
READ_GRID = """
grid => {
  const rows = [...grid.rows].map(row => [...row.cells].map(cell => cell.textContent.trim()));
  return rows.slice(1).flatMap(row => row.slice(1).map((text, at) => [rows[0][at + 1], row[0], text]));
}
"""
Cells = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def data_dir(published_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demonstration's published file, in which one carrier's name is markup."""
    data_dir = tmp_path_factory.mktemp("pages")
    publish_changed(published_demo, data_dir, CHANGES)
    return data_dir


@pytest.fixture(scope="module")
def address(data_dir: Path) -> Iterator[str]:
    """The dashboard over it."""
    with dashboard_server(data_dir) as url:
        yield url


@pytest.fixture(scope="module")
def asked() -> set[str]:
    """Every address that the browser has asked, web sockets too."""
    return set()


@pytest.fixture(scope="module")
def page(asked: set[str]) -> Iterator[Page]:
    """A page in the system's Chromium."""
    with chromium_browser() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(WAIT_MILLISECONDS)
        expect.set_options(timeout=WAIT_MILLISECONDS)
        page.on("request", lambda request: asked.add(request.url))
        page.on("websocket", lambda socket: asked.add(socket.url))
        yield page


def shown(page: Page) -> Cells:
    """(carrier, region) to text of the matrix on screen; empty cells are left out."""
    grid = page.locator(".st-key-cpm_matrix table.grid")
    return {(carrier, region): text for carrier, region, text in grid.evaluate(READ_GRID) if text}


def published(data_dir: Path, where: str = "true", table: str = "cpm_daily") -> Cells:
    """What the published table says, as the page would write it."""
    with duckdb.connect(str(data_dir / "published" / "cpm.duckdb"), read_only=True) as connection:
        rows = connection.execute(CELLS.format(table=table, where=where)).fetchall()
    return {
        (carrier, region): "no minutes"
        if cpm is None and legs
        else "unrated"
        if cpm is None
        else f"{cpm.quantize(Decimal('0.0001'), ROUND_HALF_UP)}{'°' if unrated else ''}"
        for carrier, region, cpm, unrated, legs in rows
    }


def heading(page: Page, text: str) -> None:
    """Waits until the page says that this is what it shows, and then for what is below."""
    expect(page.locator(".st-key-heading")).to_contain_text(text)
    expect(page.locator("[data-testid='stApp'][data-test-script-state='notRunning']")).to_be_visible()


def open_view(page: Page, address: str, **selection: str | list[str]) -> None:
    page.goto(f"{address}/?{urlencode({'days': 'All', 'top': 'All'} | selection, doseq=True)}")
    expect(page.locator(".st-key-cpm_buckets table.grid")).to_be_visible()


def test_every_cell_is_the_tables_and_totals_follow_a_filter(page: Page, address: str, data_dir: Path) -> None:
    """What is tested without a browser may still be shown otherwise in it."""
    open_view(page, address)
    assert shown(page) == published(data_dir)
    page.get_by_test_id("stSidebar").get_by_role("combobox", name="Carriers").click()
    page.get_by_role("option", name="Northwind Voice").click()
    page.keyboard.press("Escape")
    heading(page, "carriers: Northwind Voice")
    assert shown(page) == published(data_dir, "carrier_name = 'Northwind Voice'")
    assert "carrier=Northwind" in page.url, "the address is the view"


def test_a_cell_opens_from_the_keyboard_and_says_why(page: Page, address: str) -> None:
    """Whoever uses no mouse must reach every figure, and a figure that is not explained is not believed."""
    open_view(page, address)
    first = page.locator(".st-key-cpm_matrix table.grid button").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-why_summary")).to_contain_text("Why: ")
    expect(page.locator(".st-key-why_summary")).to_contain_text("rounded")
    for tab in ("Rate rows in force", "Legs", "Dearest prefixes"):
        page.get_by_role("tab", name=tab).click()
    expect(page.locator(".st-key-why_prefixes")).to_contain_text("dearest 10 prefixes")


def test_a_carriers_name_stays_text_everywhere(page: Page, address: str) -> None:
    """A name from a carrier's file that runs in the analyst's browser can read all that the analyst can."""
    open_view(page, address, cell=[HOSTILE, "Germany"])
    expect(page.locator(".st-key-cpm_matrix")).to_contain_text(HOSTILE)
    expect(page.locator(".st-key-why_summary")).to_contain_text(HOSTILE)
    page.get_by_role("tab", name="Legs").click()
    expect(page.locator(".st-key-why_legs")).to_contain_text(HOSTILE)
    assert page.locator("img[src='x']").count() == 0
    assert page.title() != "run"


def test_a_day_of_25_hours_holds_all_of_them(page: Page, address: str, data_dir: Path) -> None:
    """D1: Berlin's clocks went back on 25 October; 24 hours would give an hour of it to the neighbour."""
    open_view(page, address, zone="Europe/Berlin", by="Day", bucket="2026-10-25")
    heading(page, "25 Oct 2026, days of Europe/Berlin")
    hours = "usage_hour_utc between '2026-10-24 22:00' and '2026-10-25 22:00'"
    assert shown(page) == published(data_dir, hours, "cpm_hourly")


def test_the_trend_is_drawn_and_its_parts_are_shown(page: Page, address: str) -> None:
    """A chart without its renderer is an empty place."""
    page.goto(f"{address}/trend?days=All")
    expect(page.locator(".st-key-split_cpm table")).to_be_visible()
    expect(
        page.locator("[data-testid='stVegaLiteChart'] canvas, [data-testid='stVegaLiteChart'] svg").first
    ).to_be_visible()
    _screenshot(page, "dashboard-trend")


def test_an_open_page_follows_a_publish(page: Page, address: str, data_dir: Path, published_demo: Path) -> None:
    """Yesterday's figures on a screen that nobody reloads are believed."""
    publish_changed(published_demo, data_dir, [], "the demonstration")
    open_view(page, address, cell=["Northwind Voice", "Germany"])
    _screenshot(page, "dashboard-cpm")
    expect(page.locator(".st-key-cpm_matrix")).to_contain_text("Saltmarsh Telecom")
    publish_changed(published_demo, data_dir, ["update cpm_daily set total_cost = 3 * total_cost"], "dearer")
    began, dearer = time.monotonic(), published(data_dir)["All", "All"]
    expect(page.locator(".st-key-cpm_matrix tr.all")).to_contain_text(dearer)
    assert time.monotonic() - began < FOLLOWS_WITHIN_SECONDS
    heading(page, "USD")
    assert shown(page) == published(data_dir)


def test_nothing_was_asked_of_the_internet(page: Page, address: str, asked: set[str]) -> None:
    """What the pages above ask for tells others who looks at which figures, and is missing behind a firewall."""
    own = (address + "/", address.replace("http", "ws") + "/", "data:", "blob:")
    assert page.url.startswith(address)
    assert asked
    assert [url for url in asked if not url.startswith(own)] == []


def _screenshot(page: Page, name: str) -> None:
    directory = os.environ.get("CPM_SCREENSHOTS")
    if directory:
        page.set_viewport_size({"width": 1400, "height": 1500})
        page.wait_for_timeout(2_000)
        page.screenshot(path=str(Path(directory) / f"{name}.png"))
