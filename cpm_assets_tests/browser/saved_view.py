"""The file of "Save this view as HTML", as a browser downloads it, and as it is opened from a mail."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

RUN_IS_OVER = "[data-testid='stApp'][data-test-script-state='notRunning']"


def save_view(page: Page, folder: Path) -> Path:
    """Clicks the button once the page is complete; where the file was put."""
    expect(page.locator(RUN_IS_OVER)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this view as HTML").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def opened(browser: Browser, file: Path) -> tuple[Page, list[str]]:
    """The file in a browser that minds no content policy, so that its content alone is tested, and all that it asks."""
    page = browser.new_context(bypass_csp=True).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")
    return page, asked
