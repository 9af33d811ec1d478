"""What is around every page: the published version it shows, the navigation, following a newer version, and the file
of what is shown.

Does not belong here: what a page shows. A page is a function of what the viewer sees of the published file (`Figures`),
the settings, and the selections in the URL (widgets bound to query parameters).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from cpm_assets.resources.clock import Clock
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.settings import Settings, settings_from_environment
from dashboard.page_file import page_file
from dashboard.plain_text import as_html
from dashboard.published import Figures, PublishedReader
from dashboard.shown_page import begin_page, shown_parts
from dashboard.sign_in import ask_to_sign_in, current_viewer, say_nothing_is_granted, show_who_is_signed_in
from dashboard.viewer import Viewer

FOLLOW_SECONDS = 4
"""How often an open page looks whether the link shows a newer version: it has to follow within ten seconds."""

PAGE_STYLE = Path(__file__).parent / "page.css"
"""What Streamlit puts around the blocks: less empty space on screen, and only the figures on paper."""


@dataclass(frozen=True)
class PageEntry:
    """One page: its path in the URL, its name in the navigation, and the function that shows it."""

    path: str
    title: str
    show: Callable[[Figures, Settings], None]


def show_one_of(entries: Sequence[PageEntry]) -> None:
    """Show the page that the URL names, over the version that is published now."""
    st.set_page_config(page_title="Cost per minute", layout="wide")
    settings = settings_from_environment()
    viewer = current_viewer(settings)
    if viewer is None:
        st.navigation([st.Page(ask_to_sign_in, title="Sign in")], position="hidden").run()
        return
    reader = _reader(DataDirectory(settings.data_dir).published_file)
    figures = reader.figures(viewer)
    # always called, whatever there is to show: it is what tells Streamlit which addresses are pages
    pages = [
        st.Page(
            _shown(entry, figures, settings),
            title=entry.title,
            url_path=entry.path,
            default=entry is entries[0],
        )
        for entry in entries
    ]
    page = st.navigation(pages, position="top")
    st.html(PAGE_STYLE)
    _follow(reader, figures.version if figures else None)
    begin_page()
    page.run()
    if shown_parts():
        _offer_file(page.title, viewer)
    if not figures or figures.grants:
        show_who_is_signed_in(viewer)


def _offer_file(title: str, viewer: Viewer) -> None:
    """The view as a file; it is made when it is asked for. A page that ran again meanwhile could lose it on the way."""
    parts, at = shown_parts(), Clock().now()
    st.download_button(
        "Save this view as HTML",
        lambda: page_file(parts, title, viewer, at),
        file_name=f"{title.lower().replace(' ', '-')}-{at:%Y-%m-%d}.html",
        mime="text/html",
        key="page_file",
        on_click="ignore",
        help="One file to send by mail: what is shown here now, without the controls.",
    )


def _shown(entry: PageEntry, figures: Figures | None, settings: Settings) -> Callable[[], None]:
    """The page, or the one that says why there is nothing on it."""
    if figures is None:
        return partial(_nothing_published, settings)
    if not figures.grants:
        return partial(say_nothing_is_granted, figures.viewer)
    return partial(entry.show, figures, settings)


@st.cache_resource(show_spinner=False)
def _reader(link: Path) -> PublishedReader:
    """One reader for all sessions."""
    return PublishedReader(link)


@st.fragment(run_every=FOLLOW_SECONDS)
def _follow(reader: PublishedReader, shown: str | None) -> None:
    """Run the page again as soon as another version is published."""
    if reader.version() != shown:
        st.rerun()


def _nothing_published(settings: Settings) -> None:
    """Before the first publish: what to do next."""
    st.title("Nothing is published yet")
    st.write("This page shows the figures as soon as there are some. They come from a run over at least one day:")
    st.code("make demo" if settings.is_sandbox else f"make day DAY={settings.first_day}", language="bash")
    st.html(f"<p>Looked for in <code>{as_html(DataDirectory(settings.data_dir).published_file)}</code></p>")
