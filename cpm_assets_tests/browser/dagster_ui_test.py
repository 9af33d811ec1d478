"""What on-call sees: the Dagster UI over the demonstration's data, in headless Chromium.

Needs the system package chromium, which `.ci/run` installs. With CPM_SCREENSHOTS set to a directory, the pages that
docs/on-call.md shows are written there.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cpm_assets_tests.browser.chromium import chromium_browser
from cpm_assets_tests.conftest import REPOSITORY, FinishedCommand

START_SECONDS = 180
WAIT_MILLISECONDS = 60_000


@pytest.fixture(scope="module")
def dagster_url(demo: FinishedCommand) -> Iterator[str]:
    """A webserver over the demonstration's data, with the definitions that everything uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CPM_", "GENESYS_", "DAGSTER_"))}
    server = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("dagster-webserver")),
            *("--workspace", str(REPOSITORY / "workspace.yaml"), "--host", "127.0.0.1", "--port", str(port)),
        ],
        env=clean | {"CPM_DATA_DIR": str(demo.data_dir), "DAGSTER_HOME": str(demo.data_dir / "dagster")},
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url + "/server_info")
        yield url
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page in the system's Chromium. Dagster's invitation to its newsletter is answered beforehand."""
    with chromium_browser() as browser:
        page = browser.new_page(viewport={"width": 1600, "height": 1500})
        page.set_default_timeout(WAIT_MILLISECONDS)
        expect.set_options(timeout=WAIT_MILLISECONDS)
        page.add_init_script("window.localStorage.setItem('communityNux', '\"1\"')")
        yield page


def test_on_call_sees_what_failed_how_much_which_rows_and_what_to_do(page: Page, dagster_url: str) -> None:
    """At three in the morning a check that only says 'failed' costs an hour."""
    _open_check_on_day(page, dagster_url, "2026-10-28")
    for text in ("Failed", "failing_rows", "Halcyon Wholesale", "runbook", "what_to_do"):
        expect(page.get_by_text(text).first).to_be_visible()
    _screenshot(page, "failed-check")
    page.get_by_text("Show Markdown").first.click()
    expect(page.get_by_text("carrier_match:").first).to_be_visible()
    _screenshot(page, "what-to-do")


def test_a_good_day_has_its_own_result(page: Page, dagster_url: str) -> None:
    """In a run over ten days one bad day must not colour the other nine."""
    _open_check_on_day(page, dagster_url, "2026-10-29")
    expect(page.get_by_text("Passed").first).to_be_visible()


def _open_check_on_day(page: Page, dagster_url: str, day: str) -> None:
    page.goto(f"{dagster_url}/assets/costed_legs?view=checks&checkDetail=carrier_match")
    page.locator("button[role=tab]", has_text="Partitions").click()
    page.get_by_text(day, exact=True).first.click()


def test_the_graph_reads_as_the_flow(page: Page, dagster_url: str) -> None:
    """A newcomer finds the way from the API to the published file in the names alone."""
    page.goto(f"{dagster_url}/asset-groups")
    for group in ("usage", "deliveries", "rating", "figures", "reconciliation", "published"):
        expect(page.get_by_text(group, exact=True).first).to_be_visible()
    _screenshot(page, "asset-graph")


def _screenshot(page: Page, name: str) -> None:
    directory = os.environ.get("CPM_SCREENSHOTS")
    if directory:
        page.wait_for_timeout(2_000)
        page.screenshot(path=str(Path(directory) / f"{name}.png"))


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(f"{url} did not answer within {START_SECONDS} s")
