"""The dispute packs that are on disk, each with its download."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.dispute_packs import PackOnDisk, packs_on_disk
from cpm_assets.settings import Settings
from dashboard.figure_text import count_text
from dashboard.plain_text import as_html, as_markdown
from dashboard.published import Figures

_OFFERED = "offered_packs"
"""What this person's page offered when it last ran: a run of the pipeline may remove a draft that somebody looks at."""


def show_packs(figures: Figures, settings: Settings, carriers: list[str]) -> None:
    """Packs of carriers that the viewer sees whole: a pack holds all of an invoice's disputed lines."""
    offered = [
        pack
        for pack in packs_on_disk(DataDirectory(settings.data_dir).dispute_packs)
        if figures.shows_whole_carrier(pack.carrier_name)
    ]
    packs = [pack for pack in offered if not carriers or pack.carrier_name in carriers]
    st.subheader("Dispute packs")
    _say_what_is_gone(offered)
    if not packs:
        st.caption("There is none: a pack is made of an invoice's open or disputed flags.")
        return
    st.caption(
        "A zip per invoice: the lines, a page of totals, and the hashes of what they come from. "
        "A draft goes when its flags are no longer open."
    )
    for pack in packs:
        name, button = st.columns([3, 1], vertical_alignment="center")
        with name:
            state = "draft of the open flags" if pack.is_draft else "disputed"
            st.html(
                f"<span>{as_html(pack.carrier_name)}, {as_html(pack.invoice_number or 'no invoice')}: {state}, "
                f"{count_text(pack.lines)} lines</span>"
            )
        with button:
            st.download_button(
                f"Download {as_markdown(pack.invoice_number or pack.carrier_name)}",
                pack.path.read_bytes,
                file_name=pack.path.name,
                mime="application/zip",
                key=f"pack_{_name(pack)}",
                on_click="ignore",
            )


def _say_what_is_gone(offered: Sequence[PackOnDisk]) -> None:
    names = [_name(pack) for pack in offered]
    gone = [name for name in st.session_state.get(_OFFERED, ()) if name not in names]
    st.session_state[_OFFERED] = names
    if gone:
        st.info(f"No longer there: {as_markdown(', '.join(gone))}. What there is now is below.")


def _name(pack: PackOnDisk) -> str:
    """Below the folder of all packs: no two have the same."""
    return f"{pack.path.parent.name}/{pack.path.name}"
