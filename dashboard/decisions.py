"""Decisions from the page: written as a file into the inbox, the one path, and shown as pending until a run takes it.

The signed-in name is who decided; without a sign-in the person says the name. Only a flag that the viewer sees can be
decided about.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from cpm_assets.domain.field_values import BadValue
from cpm_assets.domain.review_decisions import LONGEST_NAME, LONGEST_NOTE, STATUSES, SUBJECT, ReviewDecision
from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.data_directory import WrongStampError
from cpm_assets.resources.decision_files import decisions_in_inbox, write_decisions
from cpm_assets.settings import Settings
from dashboard.plain_text import as_markdown
from dashboard.published import Figures

MOST_FILES = 200
"""The newest files of the inbox that are looked at for decisions which no run has taken: it runs every 15 minutes."""


def pending_by_flag(figures: Figures, settings: Settings) -> dict[str, ReviewDecision]:
    """The latest decision of each flag that lies in the inbox and is not published yet."""
    known = set(figures.rows("select flag_id, decided_by, epoch_us(decided_at_utc) from review_decisions"))
    pending = {}
    for decision in decisions_in_inbox(Installation(settings).directory.inbox, MOST_FILES):
        if (decision.flag_id, decision.decided_by, _microseconds(decision)) not in known:
            pending[decision.flag_id] = decision
    return pending


def decision_form(figures: Figures, settings: Settings, flag: dict[str, Any]) -> None:
    """What a person decides about the flag, and why."""
    viewer = figures.viewer
    with st.form(key=f"decide_{flag['flag_id']}", border=False):
        status, note = st.columns([1, 3])
        with status:
            decided = st.selectbox("Decide", STATUSES, index=STATUSES.index("disputed"), format_func=_in_words)
        with note:
            why = st.text_input("Why", max_chars=LONGEST_NOTE, placeholder="billed twice, see line 17")
        name = viewer.name if not viewer.is_local else st.text_input("Your name", max_chars=LONGEST_NAME)
        if st.form_submit_button("Record the decision", type="primary"):
            _record(settings, flag, decided, name, why)
    st.caption("It is recorded with who and when. The next run takes it, every 15 minutes while the daemon is on.")


def _record(settings: Settings, flag: dict[str, Any], status: str, name: str, note: str) -> None:
    """Write the decision into the inbox, and run the page again to show it."""
    installation = Installation(settings)
    try:
        installation.claim()
        subject = {column: flag[column] for column in SUBJECT}
        decision = ReviewDecision(flag["flag_id"], status, name.strip(), Clock().now(), note.strip(), subject)
        write_decisions(installation.directory.inbox, [decision])
    except (BadValue, WrongStampError, OSError) as failed:
        what = failed.strerror if isinstance(failed, OSError) else str(failed)
        st.error(f"Nothing was recorded: {as_markdown(what)}")
    else:
        st.rerun()


def _microseconds(decision: ReviewDecision) -> int:
    at = decision.decided_at
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def _in_words(status: str) -> str:
    return "open (take an earlier decision back)" if status == "open" else status.replace("_", " ")
