"""`make legs`: the legs of days that are older than the published file holds, in a DuckDB file of the same tables."""

from __future__ import annotations

from datetime import date

from cpm_assets.commands.terminal import say
from cpm_assets.installation import Installation
from cpm_assets.resources.leg_days_file import NoLegsError, write_leg_days
from cpm_assets.settings import settings_from_environment

NOT_WRITTEN = 1


def run_legs(first: date, last: date) -> int:
    """Write the file and say where it is: 0, or 1 with the reason when there is nothing to write."""
    installation = Installation(settings_from_environment())
    installation.claim()
    return print_leg_days(installation, first, last)


def print_leg_days(installation: Installation, first: date, last: date) -> int:
    """As `run_legs`, for an installation."""
    try:
        made = write_leg_days(installation, first, last, say)
    except NoLegsError as error:
        say(f"cpm: no file written: {error}")
        return NOT_WRITTEN
    print(f"{made.legs:,} legs: {made.path}")
    print(f"{len(made.frozen)} closed day(s) from their frozen files, {len(made.published)} as published now")
    if made.without:
        print(f"Without legs, since never closed or empty: {', '.join(map(str, made.without))}")
    return 0
