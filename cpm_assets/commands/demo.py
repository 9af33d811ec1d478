"""`make demo`: ten fixed days of the sandbox through every stage, as of one fixed instant, and what came of them.

Two runs, as they would have happened: the provisional figures of the morning after the last day, then the closing of
all ten days once they were due. What is done already is not done again, so the demonstration is safe to repeat.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from cpm_assets.commands.report import (
    checks_that_failed,
    print_days,
    print_failed_checks,
    print_flags,
    print_matrix,
)
from cpm_assets.commands.session import Session, session
from cpm_assets.commands.terminal import say
from cpm_assets.sandbox.ground_truth import ground_truth
from cpm_assets.sandbox.organization import DEMO_AS_OF, DEMO_DAYS, Organization
from cpm_assets.settings import SettingsError, settings_from_environment

FIRST_DAY, LAST_DAY = DEMO_DAYS[0], DEMO_DAYS[-1]
PROVISIONAL_AT = datetime(2026, 11, 3, 6, tzinfo=UTC)
CLOSING_AT = DEMO_AS_OF
REJECTING = "day_checks"
"""The step that fails since days of the sandbox are made to be rejected; which ones failed is compared at the end."""


def run_demo() -> int:
    """0 if exactly the checks fail that the sandbox's faults are meant to fail."""
    settings = settings_from_environment()
    if not settings.is_sandbox:
        raise SettingsError("the demonstration runs on the sandbox: unset every GENESYS_ variable and try again")
    if settings.first_day > FIRST_DAY:
        raise SettingsError(f"the demonstration begins on {FIRST_DAY}: CPM_FIRST_DAY must not be later")
    began = time.monotonic()
    with session(settings, PROVISIONAL_AT) as opened:
        if any(opened.installation.warehouse.builds.last_of_day(day) is None for day in DEMO_DAYS):
            say(f"1 of 2: {FIRST_DAY} to {LAST_DAY}, provisional, as of {PROVISIONAL_AT:%Y-%m-%d %H:%M} UTC")
            opened.run("day_job", FIRST_DAY, LAST_DAY, expected_failure=REJECTING)
    with session(settings, CLOSING_AT) as opened:
        if not all(_was_closed_or_refused(opened, day) for day in DEMO_DAYS):
            say(f"2 of 2: the same days, closed for good, as of {CLOSING_AT:%Y-%m-%d %H:%M} UTC")
            opened.run("finalize_job", FIRST_DAY, LAST_DAY, expected_failure=REJECTING)
        opened.print_alerts()
        return _report(opened, time.monotonic() - began)


def intended_failures() -> set[tuple[str, str]]:
    """(check, UTC day) of each check that the sandbox's faults are made to fail."""
    return {(row["check"], row["usage_date"]) for row in ground_truth(Organization())["failing_checks"]}


def _was_closed_or_refused(opened: Session, day: date) -> bool:
    last = opened.installation.warehouse.builds.last_of_day(day)
    return last is not None and last.is_finalizing


def _report(opened: Session, seconds: float) -> int:
    directory = opened.installation.directory
    published = directory.published_file
    print_matrix(published, FIRST_DAY, LAST_DAY)
    print_days(published, FIRST_DAY, LAST_DAY)
    print_failed_checks(published, FIRST_DAY, LAST_DAY)
    print_flags(published, FIRST_DAY, LAST_DAY)
    print(
        f"""
Files
  figures to query     {published}
  everything received  {directory.lake}
  carriers' files      {directory.inbox}

Next
  make dev             every stage, day and check in Dagster: http://127.0.0.1:3000
  make day DAY={CLOSING_AT.date()}  one more day
"""
    )
    intended, found = intended_failures(), checks_that_failed(published, FIRST_DAY, LAST_DAY)
    if found == intended:
        print(
            f"Exactly the {len(intended)} checks failed that the sandbox's faults are made to fail. ({seconds:.0f} s)"
        )
        return 0
    print(f"Not as intended. Failed unexpectedly: {sorted(found - intended)}; not failed: {sorted(intended - found)}")
    return 1
