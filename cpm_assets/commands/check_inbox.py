"""`make check-inbox`: what a delivery would do, before it counts. Nothing of the installation is written.

The file is compared with what was received so far: rows, prices, windows and days at once, then priced by the models.
How it is printed is `delivery_report.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from cpm_assets.commands.delivery_report import (
    SHOWN,
    print_invoice,
    print_moves,
    print_rejects,
    print_rest,
    print_worth,
)
from cpm_assets.commands.session import say
from cpm_assets.domain.delivery_changes import price_moves, row_changes
from cpm_assets.domain.recosting import CARDS, CONTRACTS
from cpm_assets.domain.terminal_text import terminal_text
from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.delivery_store import INBOX_FOLDERS, INVOICES
from cpm_assets.resources.delivery_trial import (
    State,
    Trial,
    days_with_traffic,
    delivery_on_trial,
    priced,
    put_in_force,
    rows_of_file,
)
from cpm_assets.resources.parsed_files import ReferenceFile, reference_spec
from cpm_assets.resources.reference_rows import price_rows_of, zero_rates
from cpm_assets.settings import settings_from_environment
from cpm_assets.touched_days import days_touched_by

GOOD, WORTH_A_LOOK, UNREADABLE = 0, 1, 2
_INVOICE_KEY = ("carrier_folder", "invoice_number", "line_number")


def run_check_inbox(path: Path, folder: str | None, *, days: int, is_priced: bool) -> int:
    """Print what the file would do: 0, or 1 when something in it is rejected, left open or doubly priced."""
    installation = Installation(settings_from_environment())
    installation.directory.check(installation.settings.stamp)
    return check_inbox(installation, Clock(), path, folder, days=days, is_priced=is_priced)


def check_inbox(
    installation: Installation, clock: Clock, path: Path, folder: str | None, *, days: int, is_priced: bool
) -> int:
    """As `run_check_inbox`, for an installation. `folder` is the inbox's, by default the one that the file lies in."""
    folder = folder or _folder_of(path)
    if folder is None or not _is_folder(folder):
        say(
            f"cpm: say what {terminal_text(str(path))} is, with FOLDER= and a folder of the inbox: "
            f"{', '.join(kind for kind in INBOX_FOLDERS if kind != INVOICES)}, or {INVOICES}/<carrier>"
        )
        return UNREADABLE
    problem = _unreadable(path)
    if problem:
        say(f"cpm: {terminal_text(str(path))} cannot be read: {problem}")
        return UNREADABLE
    with delivery_on_trial(installation, path, folder, clock.now()) as trial:
        return _print_trial(trial, f"{folder}/{path.name}", days, is_priced=is_priced)


def _unreadable(path: Path) -> str | None:
    if not path.is_file():
        return "there is no such file"
    try:
        with path.open("rb"):
            return None
    except OSError as error:
        return error.strerror or type(error).__name__


def _folder_of(path: Path) -> str | None:
    """The inbox's folder that the file lies in, by the names of its directories."""
    parent, above = path.resolve().parent.name, path.resolve().parent.parent.name
    if above == INVOICES:
        return f"{INVOICES}/{parent}"
    return parent if parent in INBOX_FOLDERS and parent != INVOICES else None


def _is_folder(folder: str) -> bool:
    """Whether it is one of the inbox's: nothing that leads out of it is."""
    kind, _, carrier_folder = folder.partition("/")
    if kind != INVOICES:
        return folder in INBOX_FOLDERS
    return bool(carrier_folder) and "/" not in carrier_folder and not carrier_folder.startswith(".")


def _print_trial(trial: Trial, name: str, days: int, *, is_priced: bool) -> int:
    if trial.refusal:
        print(f"{terminal_text(name)} would be left where it is: {terminal_text(trial.refusal)}")
        return WORTH_A_LOOK
    if trial.file is None:
        since = f" on {trial.known_since:%Y-%m-%d %H:%M} UTC" if trial.known_since else ""
        print(f"{terminal_text(name)} was received{since}: the same bytes again change nothing")
        return GOOD
    file, kind = trial.file, trial.file.delivery.kind
    print(f"{terminal_text(name)}: {file.rows} row(s), {file.rejected} rejected, {file.collapsed} repeated in the file")
    for warning in (*file.warnings, *zero_rates(file)):
        print(f"  {terminal_text(warning)}")
    print_rejects(file)
    _print_changes(trial, file)
    is_worth_a_look = bool(file.rejected) or not file.rows
    if kind == INVOICES:
        print_invoice(file)
    if kind in (CARDS, CONTRACTS) and file.rows:
        print_moves(price_moves(price_rows_of(trial.before), price_rows_of([*trial.before, file])))
        _print_days(trial, file)
        if is_priced:
            is_worth_a_look |= _print_priced(trial, file, days)
    print("\nNothing was written.")
    return WORTH_A_LOOK if is_worth_a_look else GOOD


def _print_changes(trial: Trial, file: ReferenceFile) -> None:
    kind = file.delivery.kind
    if kind == INVOICES:
        key: Sequence[str] = _INVOICE_KEY
    else:
        names = pq.read_schema(file.rows_path).names
        key = [names[position] for position in reference_spec(kind).key or ()]
    if not key:
        return
    received = [row for each in trial.before if each.delivery.kind == kind for row in rows_of_file(each)]
    changes = row_changes(key, received, rows_of_file(file))
    print(f"\nAgainst what was received: {changes.new} new, {changes.changed} changed, {changes.unchanged} unchanged")


def _print_days(trial: Trial, file: ReferenceFile) -> None:
    touched = days_touched_by(trial.aside, trial.before, [*trial.before, file])
    carriers = sorted({carrier for day in touched for carrier in day.carriers})
    closed = sum(day.is_final for day in touched)
    if not touched:
        print("\nDays it would touch: none that was built")
        return
    print(
        f"\nDays it would touch: {len(touched)} ({touched[0].usage_date} to {touched[-1].usage_date}), "
        f"{closed} of them closed (a restatement each), carriers {', '.join(map(terminal_text, carriers))}"
    )


def _print_priced(trial: Trial, file: ReferenceFile, most: int) -> bool:
    """Worth and windows; whether the file leaves a day open or doubly priced that was not before."""
    days = days_with_traffic(trial.aside, trial.now, most)
    looked_at = _window_ends(rows_of_file(file))
    say(f"{len(days)} day(s) of traffic are priced without the file, with it, and as if it had been in force …")
    without = priced(trial, days, looked_at, trial.now - timedelta(microseconds=1), _quiet)
    say("priced without the file …")
    with_it = priced(trial, days, looked_at, trial.now, _quiet)
    say("priced with it …")
    offenders = sorted(with_it.offenders - without.offenders, key=lambda each: (each.check, each.text))
    print(f"\nGaps and overlaps that it makes: {len(offenders)}")
    for offender in offenders[:SHOWN]:
        print(f"  {offender.check}: {terminal_text(offender.text)}")
    print_rest(len(offenders))
    if not days:
        print("\nNo day was read yet: there is no traffic to price")
        return bool(offenders)
    span = f"{days[0]} to {days[-1]}"
    print(f"\nWorth on the traffic of {span}, from its own dates on")
    print_worth(without.costs, with_it.costs)
    known_from = put_in_force(trial, days[0], days[-1] + timedelta(days=1))
    in_force: State = priced(trial, days, (), known_from, _quiet)
    print(f"\nWorth on the traffic of {span}, had it been in force all the time")
    print_worth(without.costs, in_force.costs)
    return bool(offenders)


def _window_ends(rows: Iterable[dict[str, object]]) -> list[date]:
    """The days on which a window of the file begins or ends, and those beside them: where a gap or overlap would be."""
    bounds = {row[name] for row in rows for name in ("effective_date", "expiry_date")}
    days = {bound + timedelta(days=offset) for bound in bounds if isinstance(bound, date) for offset in (-1, 0, 1)}
    return sorted(days)


def _quiet(_text: str) -> None:
    """The models' own progress says nothing to who asks about a file."""
