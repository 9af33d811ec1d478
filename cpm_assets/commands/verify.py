"""`make verify`: whether every closed day still has the files, hashes and totals that it was closed with."""

from __future__ import annotations

from cpm_assets.commands.session import say
from cpm_assets.installation import Installation
from cpm_assets.resources.frozen_verification import verify_frozen_days
from cpm_assets.settings import settings_from_environment

DAMAGED = 1


def run_verify() -> int:
    """Print a line per version of each closed day; 0 if all are intact, 1 if not."""
    installation = Installation(settings_from_environment())
    installation.claim()
    return print_verdicts(installation)


def print_verdicts(installation: Installation) -> int:
    """As `run_verify`, for an installation."""
    versions, damaged = 0, 0
    for verdict in verify_frozen_days(installation.warehouse):
        versions += 1
        damaged += bool(verdict.problems)
        print(f"{verdict.usage_date}  version {verdict.version}  {'; '.join(verdict.problems) or 'ok'}")
    if not versions:
        say("no day is closed yet")
    elif damaged:
        say(f"{damaged} of {versions} versions are not what was closed; see docs/runbooks/frozen_days_intact.md")
    return DAMAGED if damaged else 0
