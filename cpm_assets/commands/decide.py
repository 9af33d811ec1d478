"""`make decide`: one person's decision about one flag, recorded as a file in the inbox."""

from __future__ import annotations

import sys

from cpm_assets.commands.terminal import say
from cpm_assets.domain.field_values import BadValue
from cpm_assets.domain.review_decisions import ReviewDecision
from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.decision_files import queued_flags, write_decisions
from cpm_assets.settings import settings_from_environment

NOT_RECORDED = 1


def run_decide(flag: str, status: str, decided_by: str, note: str) -> int:
    """Record a decision about the queue's flag whose id begins with `flag`: 0, or 1 when nothing was recorded."""
    installation = Installation(settings_from_environment())
    installation.claim()
    return decide(installation, Clock(), flag, status, decided_by, note)


def decide(installation: Installation, clock: Clock, flag: str, status: str, decided_by: str, note: str) -> int:
    """As `run_decide`, for an installation, decided now."""
    published = installation.directory.published_file
    found = queued_flags(published, flag) if published.exists() else []
    if len(found) != 1:
        what = "no flag" if not found else "more than one flag"
        say(f"cpm: nothing recorded: {what} in finance_review_queue has an id that begins with {flag!r}")
        return NOT_RECORDED
    ((flag_id, status_before, subject),) = found
    try:
        decision = ReviewDecision(flag_id, status, decided_by, clock.now(), note, subject)
    except BadValue as bad:
        say(f"cpm: nothing recorded: {bad}")
        return NOT_RECORDED
    path = write_decisions(installation.directory.inbox, [decision])
    print(
        f"{flag_id[:12]}  {subject['carrier_name']}  {subject['flag_type']}  {subject['worth']} {subject['currency']}: "
        f"{status_before} -> {status}",
        file=sys.stdout,
    )
    say(f"recorded in {path}; the next run shows it (every 15 minutes while the daemon is on)")
    return 0
