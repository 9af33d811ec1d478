"""`make verify`: whether every closed day still has its frozen files, hashes and totals, and the files it was made of.

Everything is read whole; the daily check `frozen_days_intact` reads by rota.
"""

from __future__ import annotations

from cpm_assets.commands.terminal import say
from cpm_assets.installation import Installation
from cpm_assets.resources.frozen_verification import intact_manifests, verify_frozen_days
from cpm_assets.resources.input_verification import verify_inputs
from cpm_assets.settings import settings_from_environment

DAMAGED = 1


def run_verify() -> int:
    """Print a line per version of each closed day, and per damaged input; 0 if all are intact, 1 if not."""
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
        return 0
    say("the files that the manifests name as inputs are read …")
    inputs = verify_inputs(installation.directory.lake, intact_manifests(installation.warehouse), lambda _day: True)
    for each in inputs:
        print(each)
    if damaged:
        say(f"{damaged} of {versions} versions are not what was closed; see docs/runbooks/frozen_days_intact.md")
    if inputs:
        say(f"{len(inputs)} input(s) of closed days are damaged or gone; see docs/runbooks/frozen_days_intact.md")
    return DAMAGED if damaged or inputs else 0
