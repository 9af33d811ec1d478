"""Claims about who sees what in a browser: the sign-in, two people with their own rows, and somebody without a grant.

Needs the system package chromium.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cpm_assets_tests.browser.conftest import WAIT_MILLISECONDS
from cpm_assets_tests.browser.dashboard_server import dashboard_server, free_port, publish_changed
from cpm_assets_tests.browser.oidc_provider import CLIENT_ID, CLIENT_SECRET, DISCOVERY, oidc_provider
from cpm_assets_tests.browser.saved_view import opened, save_view

PEOPLE = {"ana@example.com": [], "bo@example.com": ["cobalt-desk"], "eve@example.com": ["nobody"]}
HOSTILE = "<script>document.title = 'run'</script>"
CHANGES = [
    "create or replace table access_policy (principal varchar, principal_type varchar, carrier_name varchar, "
    "destination_region varchar)",
    f"insert into access_policy values ('ana@example.com', 'user', 'Northwind Voice', '*'), "
    f"('ana@example.com', 'user', $hostile${HOSTILE}$hostile$, '*'), ('cobalt-desk', 'group', 'Cobalt Trunking', '*')",
    f"update cpm_daily set carrier_name = $hostile${HOSTILE}$hostile$ where carrier_name = 'Saltmarsh Telecom'",
    f"update dim_carrier set carrier_name = $hostile${HOSTILE}$hostile$ where carrier_name = 'Saltmarsh Telecom'",
]


@pytest.fixture(scope="module")
def address(published_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard with sign-in over the demonstration, with a policy and a carrier whose name is a script."""
    data_dir, port = tmp_path_factory.mktemp("access"), free_port()
    publish_changed(published_demo, data_dir, CHANGES)
    with oidc_provider(PEOPLE) as issuer:
        settings = {
            "CPM_OIDC_METADATA_URL": issuer + DISCOVERY,
            "CPM_OIDC_CLIENT_ID": CLIENT_ID,
            "CPM_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "CPM_OIDC_REDIRECT_URI": f"http://127.0.0.1:{port}/oauth2callback",
            "CPM_OIDC_COOKIE_SECRET": "0" * 32,
        }
        with dashboard_server(data_dir, port, **settings) as url:
            yield url


def signed_in(browser: Browser, address: str, person: str) -> tuple[Page, list[bytes]]:
    """The page after a sign-in, and all that the server has sent to it over its web socket."""
    page = browser.new_context(viewport={"width": 1500, "height": 1000}).new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    sent: list[bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(_bytes(frame))))
    page.goto(address)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=person).click()
    return page, sent


def _bytes(frame: bytes | str) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()


def test_two_people_see_their_own_carriers_and_a_script_stays_text(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    """Rows of another desk that reach the browser or a file are read there, shown or not; so would a script be run."""
    ana, sent_to_ana = signed_in(browser, address, "ana@example.com")
    expect(ana.get_by_text("Northwind Voice").first).to_be_visible()
    expect(ana.get_by_text(HOSTILE).first).to_be_visible()
    bo, sent_to_bo = signed_in(browser, address, "bo@example.com")
    expect(bo.get_by_text("Cobalt Trunking").first).to_be_visible()
    assert b"Northwind" in b"".join(sent_to_ana)
    assert b"Cobalt" not in b"".join(sent_to_ana)
    assert b"Northwind" not in b"".join(sent_to_bo)
    assert ana.title() != "run"
    file = save_view(ana, tmp_path)
    saved, asked = opened(browser, file)
    expect(saved.get_by_text("ana@example.com")).to_be_visible()
    expect(saved.get_by_text(HOSTILE).first).to_be_visible()
    assert (asked, saved.title() != "run") == ([file.as_uri()], True)
    text = file.read_text()
    assert "Northwind Voice" in text
    assert not any(other in text for other in ("Cobalt", "Kestrel", "Saltmarsh", "Lindenfunk"))


def test_who_is_signed_in_without_a_grant_is_told_so_and_sees_nothing(browser: Browser, address: str) -> None:
    """An empty page would be taken for a fault, and a forgotten policy must not show everything."""
    eve, sent = signed_in(browser, address, "eve@example.com")
    expect(eve.get_by_role("heading", name="Nothing to show yet")).to_be_visible()
    expect(eve.get_by_text("eve@example.com")).to_be_visible()
    assert not any(carrier in b"".join(sent) for carrier in (b"Cobalt", b"Northwind", b"Saltmarsh"))


def test_without_a_sign_in_nothing_but_the_button_is_sent(browser: Browser, address: str) -> None:
    """The sign-in page is everybody's."""
    page = browser.new_page()
    page.goto(f"{address}/cpm")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=WAIT_MILLISECONDS)
    assert "Northwind" not in page.content()
