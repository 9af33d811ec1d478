"""What a person waits for at the CPM page: from the click to the figures on screen, in headless Chromium.

Printed beside the server's time, never judged: it is Chromium's and Streamlit's own time for the most part.
"""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from cpm_assets_tests.browser.chromium import chromium_browser, chromium_path

WAIT_MILLISECONDS = 120_000
SHOWN = """
() => [...document.querySelectorAll('[data-testid="stMain"] *')]
    .map((element) => element.shadowRoot?.querySelector('.block')?.textContent ?? '').join('')
"""
"""All text of the page's blocks, each of which Streamlit keeps in a shadow root."""
IS_ANOTHER_VIEW = f"""
(before) => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('.st-key-cpm_buckets') !== null && ({SHOWN})() !== before
"""
"""The server has said that the page is complete, its last block is there, and the page says something else."""


def browser_seconds(address: str) -> dict[str, float]:
    """Seconds by selection, of the few that are a click each; nothing without Chromium on this machine."""
    if not chromium_path():
        return {}
    with chromium_browser() as browser:
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(WAIT_MILLISECONDS)
        page.goto(address)  # warm: the scripts of the page are in the browser's cache, and the file is open
        page.wait_for_function(IS_ANOTHER_VIEW, arg="")
        sidebar = page.get_by_test_id("stSidebar")
        return {
            "first view, the last 30 days": _loaded(page, address),
            "90 days": _waited(page, lambda: sidebar.get_by_text("90 days", exact=True).click()),
            "all days": _waited(page, lambda: sidebar.get_by_role("radio", name="All", exact=True).click()),
            "all days, by month": _waited(page, lambda: sidebar.get_by_text("Month", exact=True).click()),
            "a cell opened, all days": _waited(page, lambda: page.locator("table.grid button").nth(20).click()),
        }


def _loaded(page: Page, address: str) -> float:
    page.goto("about:blank")
    return _waited(page, lambda: page.goto(address))


def _waited(page: Page, act: Callable[[], object]) -> float:
    before = page.evaluate(SHOWN)
    began = time.perf_counter()
    act()
    page.wait_for_function(IS_ANOTHER_VIEW, arg=before)
    return time.perf_counter() - began
