"""`make recost`: the days that new cards and contracts touch, costed again; with DRY_RUN=1 only what that would change.

The days are those that the sensors ask for: open ones are costed again, closed ones are compared and restated (D21). A
dry run works on a copy of the deliveries, with what waits in the inbox, and in warehouse files of its own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from cpm_assets.commands.session import Session, session
from cpm_assets.commands.terminal import say
from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.inbox import take_files
from cpm_assets.resources.installation_aside import installation_aside
from cpm_assets.resources.recomputation import recomputed_day
from cpm_assets.resources.run_inputs import tolerated_now
from cpm_assets.resources.writer_lock import writer_lock
from cpm_assets.touched_days import TouchedDay, touched_days

_COSTS = """
select currency, sum(total_cost)
from {table}
where usage_date = $day and list_contains($carriers, carrier_name)
group by currency
"""
Change = dict[str, Decimal]


def run_recost(*, dry_run: bool) -> int:
    """Cost the touched days again, or print what that would change; 0 if everything went through."""
    with session() as opened:
        return print_changes(opened) if dry_run else recost(opened)


def recost(opened: Session) -> int:
    """Take what waits in the inbox, and run the sensors' jobs over every touched day."""
    directory = opened.installation.directory
    with writer_lock(directory.work / "inbox.lock", "make recost", say):
        _take(opened.installation, directory.work / "inbox_seen.json", opened.clock)
    days = touched_days(opened.installation, opened.clock.now())
    succeeded = [opened.run("restatement_job" if day.is_final else "recost_job", day.usage_date) for day in days]
    opened.print_alerts()
    say(f"{sum(succeeded)} of {len(days)} touched day(s) went through")
    return 0 if all(succeeded) else 1


def print_changes(opened: Session) -> int:
    """Print the touched days, and by how much each would change; nothing of the installation is written."""
    changes: dict[date, Change] = {}
    with installation_aside(opened.installation) as aside:
        _take(aside, aside.directory.work / "inbox_seen.json", opened.clock)
        days = touched_days(aside, opened.clock.now())
        for day in days:
            say(f"{day.usage_date} is worked out aside …")
            change = changes[day.usage_date] = _change(aside, day, opened.clock)
            state = "closed" if day.is_final else "open"
            print(f"{day.usage_date}  {state:<6}  {_text(change)}  {', '.join(day.carriers)}")
    print(_summary(days, list(changes.values())))
    return 0


def _take(installation: Installation, memory: Path, clock: Clock) -> None:
    report = take_files(installation.directory.inbox, installation.lake, memory, clock.now, time.time)
    for delivery in report.taken:
        say(f"received {delivery.kind}/{delivery.file_name}")
    if report.waiting:
        say(f"just written, not taken yet: {report.waiting}")


def _change(aside: Installation, day: TouchedDay, clock: Clock) -> Change:
    """By currency, what the touched carriers of the day would cost more than is published; negative is less."""
    published = aside.directory.published_file.resolve()
    before = _costs(published, "cpm_daily_restated" if day.is_final else "cpm_daily", day)
    tolerated = tolerated_now(aside.settings)
    with recomputed_day(aside, day.usage_date, clock.now(), tolerated, say, is_finalizing=day.is_final) as marts_file:
        after = _costs(marts_file, "cpm_daily", day)
    return {
        currency: after.get(currency, Decimal(0)) - before.get(currency, Decimal(0)) for currency in {*before, *after}
    }


def _costs(file: Path, table: str, day: TouchedDay) -> Change:
    with duckdb.connect(str(file), read_only=True) as connection:
        given = {"day": day.usage_date, "carriers": list(day.carriers)}
        return dict(connection.execute(_COSTS.format(table=table), given).fetchall())


def _summary(days: Sequence[TouchedDay], changes: Sequence[Change]) -> str:
    if not days:
        return "0 days: no new card or contract touches a day"
    total: Change = {}
    for change in changes:
        for currency, amount in change.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    carriers = sorted({carrier for day in days for carrier in day.carriers})
    return f"{len(days)} day{'s' if len(days) > 1 else ''}, {_text(total)}, carriers {', '.join(carriers)}"


def _text(change: Change) -> str:
    """Each currency by itself (D27)."""
    return ", ".join(f"{change[currency]:+,.6f} {currency}" for currency in sorted(change)) or "no cost"
