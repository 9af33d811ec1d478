"""The sign-in: who the session belongs to, and the pages for somebody who is not signed in or has no grant.

Streamlit's own OpenID Connect does the work; its secrets are handed over in memory (`__main__.py`), never in a file.
"""

from __future__ import annotations

import streamlit as st

from cpm_assets.resources.clock import Clock
from cpm_assets.settings import Settings, SettingsError, SignIn, is_loopback
from dashboard.plain_text import as_html
from dashboard.viewer import LOCAL, Viewer, signed_in_viewer


def auth_section(sign_in: SignIn) -> dict[str, str]:
    """What Streamlit calls the secrets of its section `auth`."""
    return {
        "server_metadata_url": sign_in.metadata_url,
        "client_id": sign_in.client_id,
        "client_secret": sign_in.client_secret,
        "redirect_uri": sign_in.redirect_uri,
        "cookie_secret": sign_in.cookie_secret,
    }


def current_viewer(settings: Settings) -> Viewer | None:
    """The viewer of the present session; None for somebody who has to sign in first.

    Raises SettingsError when the server answers others than this machine and there is no sign-in.
    """
    if settings.sign_in:
        return signed_in_viewer(st.user.to_dict(), settings.sign_in, Clock().now())
    address = st.get_option("server.address")
    # None only where no server runs (tests): the configuration beside app.py says loopback unless somebody overrides it
    if address is not None and not is_loopback(address):
        raise SettingsError(f"the dashboard answers on {address!r}, which others reach, and there is no sign-in")
    return LOCAL


def ask_to_sign_in() -> None:
    """The page of somebody who is not signed in."""
    st.title("Cost per minute")
    st.write("Please sign in to see the figures. A sign-in lasts for twelve hours.")
    st.button("Sign in", type="primary", on_click=st.login)


def say_nothing_is_granted(viewer: Viewer) -> None:
    """The page of somebody whom the access policy does not name."""
    st.title("Nothing to show yet")
    st.html(
        f"<p>You are signed in as <strong>{as_html(viewer.name)}</strong>, and the access policy does not name you or "
        "one of your groups.</p><p>Whoever looks after the policy can add you. It takes effect with the next published "
        "version, and this page follows it.</p>"
    )
    st.button("Sign out", on_click=st.logout)


def show_who_is_signed_in(viewer: Viewer) -> None:
    """At the foot of every page, where there is a sign-in."""
    if viewer.is_local:
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.html(f"<small>Signed in as {as_html(viewer.name)}</small>", width="content")
        st.button("Sign out", type="tertiary", on_click=st.logout)
