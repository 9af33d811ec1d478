"""`make erase`: a person's number removed from everything that the product keeps, with every total as it was.

The lake first, then the warehouse and the published file again from it; at the end, what holds the number and is not
the product's to change. Killed at any point, the same command run again completes it.
"""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from cpm_assets.commands.rebuild import rebuild
from cpm_assets.commands.terminal import say
from cpm_assets.domain.erasing import CannotBeErasedError
from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.erasure import (
    Holding,
    erase,
    files_beside_the_lake,
    finish_erasure,
    holding,
    number_to_erase,
    places_left,
)
from cpm_assets.resources.group_files import drop_old_groups
from cpm_assets.resources.leg_days_file import leg_files_lock
from cpm_assets.resources.writer_lock import writer_lock
from cpm_assets.settings import settings_from_environment

NOT_ERASED = 1
SEARCHES = 3
"""Of a dry run, while builds move files; each packs at most a closed day's readings."""
KINDS = {
    "usage": "raw answers and parsed legs",
    "packed": "raw answers of closed days' ticks",
    "deliveries": "invoices and decisions",
    "frozen": "closed days",
}


def run_erase(number: str, person: str, reason: str, *, dry_run: bool) -> int:
    """Erase, or with `dry_run` say what would be erased: 0, or 1 with the reason when it cannot be, or when a file of
    the lake still holds the number or could not be searched for it."""
    installation = Installation(settings_from_environment())
    installation.claim()
    return erase_number(installation, number, person, reason, Clock().now(), dry_run=dry_run)


def erase_number(
    installation: Installation, number: str, person: str, reason: str, now: datetime, *, dry_run: bool
) -> int:
    """As `run_erase`, for an installation, at `now` (aware UTC)."""
    if not dry_run and not (person.strip() and reason.strip()):
        say("cpm: nothing erased: say who asks for it and why, BY= and REASON=")
        return NOT_ERASED
    with ExitStack() as locks:
        if not dry_run:
            locks.enter_context(leg_files_lock(installation.directory, "make erase", say))
        return _search_and_erase(installation, number, person.strip(), reason.strip(), now, dry_run=dry_run)


def _search_and_erase(
    installation: Installation, number: str, person: str, reason: str, now: datetime, *, dry_run: bool
) -> int:
    try:
        if dry_run:
            held = _looked_up(installation, number)
        else:
            with writer_lock(installation.directory.warehouse / "writer.lock", "make erase", say):
                held = _erase_from_lake(installation, number, person, reason, now)
    except CannotBeErasedError as error:
        say(f"cpm: nothing erased: {error}")
        return NOT_ERASED
    if not dry_run:
        if installation.warehouse.is_rebuild_due():
            say("the warehouse and the published file are made again without the number …")
            rebuild(installation, now)
        # Not only after a rebuild of its own: `make rebuild` may have made up for one that was killed.
        still_open = installation.warehouse.snapshots.drop_old() + drop_old_groups(installation.directory.published)
        shutil.rmtree(installation.directory.leg_files, ignore_errors=True)
        for version in still_open:
            print(f"still open, and kept: {version}; delete it when its reader is closed")
    left = [] if dry_run else places_left(held)
    for path, places in left:
        print(
            f"NOT erased from {path.relative_to(installation.directory.root)}: it stays in {', '.join(sorted(places))}"
        )
    _print_places(installation, held)
    return NOT_ERASED if left or (held.unsearched and not dry_run) else 0


def _looked_up(installation: Installation, text: str) -> Holding:
    """What holds the number, without a lock: a dry run waits for no build and holds none up.

    A build may pack readings meanwhile, which moves files: the search is then made again.
    """
    number = number_to_erase(installation, text)
    say("the lake is searched …")
    for _ in range(SEARCHES):
        try:
            held = holding(installation, number, say)
            break
        except FileNotFoundError:
            say("a build moved files while they were searched: once more …")
    else:
        raise CannotBeErasedError("builds go on moving the files that are searched; try again when no run is on")
    _print_held(installation, held)
    say("nothing was changed (dry run)")
    return held


def _erase_from_lake(installation: Installation, text: str, person: str, reason: str, now: datetime) -> Holding:
    if finish_erasure(installation):
        say("an erasure that was not finished is finished now")
    number = number_to_erase(installation, text)
    if any(number.in_text(told) != told for told in (person, reason)):
        raise CannotBeErasedError("BY or REASON holds the number; both are kept in the record")
    say("the lake is searched …")
    held = holding(installation, number, say)
    _print_held(installation, held)
    if made := erase(installation, held, person, reason, now, say):
        print(f"erased; the record is lake/erasures/{made.erasure_id}.json")
    else:
        say("no file of the lake holds the number any more, but for what is named below")
    return held


def _print_held(installation: Installation, held: Holding) -> None:
    number = held.number
    print(
        f"The number is cut to its first {number.kept_length} of {len(number.digits)} digits, the longest prefix by "
        "which a card prices it"
    )
    kinds = Counter(path.relative_to(installation.lake.root).parts[0] for path in held.paths)
    print(f"{len(held.paths)} file(s), {len(held.leg_ids)} leg(s), {len(held.legs)} day(s)")
    for kind, what in KINDS.items():
        if kinds[kind]:
            print(f"  lake/{kind}/  {kinds[kind]} file(s): {what}")


def _print_places(installation: Installation, held: Holding) -> None:
    places, unsearched = files_beside_the_lake(installation.directory, held.number)
    _print_paths(
        installation,
        "Beside the lake these hold it; they are yours to delete (docs/operations.md, Erasing a number):",
        places,
    )
    _print_paths(
        installation,
        "These could not be searched: damaged, protected by a password, or unpacking to too much; look into them:",
        [*held.unsearched, *unsearched],
    )
    print("Not looked at: backups, and copies that others made of the published file or of dispute packs")


def _print_paths(installation: Installation, what: str, paths: list[Path]) -> None:
    if paths:
        print(what)
        for path in paths:
            print(f"  {path.relative_to(installation.directory.root)}")
