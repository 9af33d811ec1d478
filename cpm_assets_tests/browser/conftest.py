"""The browser that the tests of a file share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cpm_assets_tests.browser.chromium import chromium_browser

WAIT_MILLISECONDS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with chromium_browser() as browser:
        expect.set_options(timeout=WAIT_MILLISECONDS)
        yield browser
