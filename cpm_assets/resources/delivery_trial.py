"""A delivery on trial: one file taken, parsed and priced beside an installation, of which nothing is written.

In an installation aside the file is received now, and its trial form (as if it had been in force all the time) a
second later: the states before, with the file, and with the trial form are then the same lake as known at three
instants (D22), and priced by the same models as every day.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from cpm_assets.domain.delivery_changes import as_csv, in_force_rows
from cpm_assets.installation import Installation
from cpm_assets.resources.column_types import PROVENANCE
from cpm_assets.resources.delivery_store import INVOICES
from cpm_assets.resources.inbox import SETTLED_SECONDS, InboxReport, take_files
from cpm_assets.resources.installation_aside import installation_aside
from cpm_assets.resources.parsed_files import ReferenceFile, parsed_deliveries, reference_spec
from cpm_assets.resources.recomputation import recomputed_days
from cpm_assets.resources.run_inputs import tolerated_now
from cpm_assets.resources.warehouse import Warehouse

WINDOW_CHECKS = ("rate_card_gap", "rate_card_no_overlap", "contract_no_overlap")
"""The checks that look at windows alone; their views say what each file would leave open or doubly priced."""
_DERIVED = {"country_code"}
"""Columns of the parsed rows that a file with international prefixes must not have (D5)."""
INVOICE_PROVENANCE = ("source_file_sha256", "file_line", "received_at_utc")
_EVERY_DAY = 100_000
"""Days of leg grain in a trial: costs are told from legs, whatever the installation keeps."""
_COSTS = """
select carrier_name, currency, sum(total_cost), count(*) filter (where total_cost is null)
from (
    select carrier_name, currency, usage_date, total_cost from costed_legs where is_billable
    union all
    select carrier_name, currency, usage_date, total_cost from costed_legs_rejected where is_billable
)
where usage_date in (select unnest($days::date[]))
group by all
"""


@dataclass(frozen=True)
class Cost:
    """What a carrier's billable legs of some days come to in a currency, and how many have no price."""

    total: Decimal
    unrated_legs: int


Costs = Mapping[tuple[str | None, str | None], Cost]
"""By carrier and currency; an unrated leg may have none (D27)."""


@dataclass(frozen=True)
class Offender:
    """A row that one of `WINDOW_CHECKS` names: the check, and the row as the check shows it."""

    check: str
    text: str


@dataclass(frozen=True)
class State:
    """The figures of one state: costs of the traffic, and what the checks of windows name."""

    costs: Costs
    offenders: frozenset[Offender]


@dataclass(frozen=True)
class Trial:
    """A file on trial. `file` is None where it would not be taken: then `refusal` says why, or it was known since
    `known_since`. `before` are the deliveries without it."""

    aside: Installation
    now: datetime
    before: tuple[ReferenceFile, ...]
    file: ReferenceFile | None
    refusal: str | None = None
    known_since: datetime | None = None


@contextmanager
def delivery_on_trial(installation: Installation, path: Path, folder: str, now: datetime) -> Iterator[Trial]:
    """The file as if it lay in that folder of the inbox and was received at `now` (aware UTC).

    Raises OSError if it cannot be read.
    """
    with installation_aside(Installation(replace(installation.settings, leg_days=_EVERY_DAY))) as aside:
        inbox = aside.directory.inbox
        inbox.unlink()
        before = tuple(parsed_deliveries(aside.lake))
        copy = inbox / folder / path.name
        copy.parent.mkdir(parents=True)
        shutil.copyfile(path, copy)
        report = _take(aside, now)
        if report.ignored:
            yield Trial(aside, now, before, None, refusal=report.ignored[0][1])
            return
        if not (report.taken or report.known):
            yield Trial(
                aside, now, before, None, refusal="a dot before its name or .part after it: still being written"
            )
            return
        sha256 = report.taken[0].sha256 if report.taken else None
        files = parsed_deliveries(aside.lake)
        mine = next(
            (file for file in files if file.delivery.sha256 == sha256 and file.delivery.received_at == now), None
        )
        if mine is None:
            known = _known_since(before, copy)
            yield Trial(aside, now, before, None, known_since=known)
            return
        yield Trial(aside, now, before, mine)


def put_in_force(trial: Trial, first_day: date, end: date) -> datetime:
    """Adds the delivery's trial form for the UTC days `[first_day, end)`; the instant (aware UTC) it is known from."""
    if trial.file is None:
        raise ValueError("there is no file to be tried")
    kind = trial.file.delivery.kind
    earlier = [row for file in trial.before if file.delivery.kind == kind for row in rows_of_file(file)]
    columns = [column.name for column in reference_spec(kind).columns if column.name not in _DERIVED]
    content = as_csv(columns, in_force_rows(kind, rows_of_file(trial.file), earlier, first_day, end))
    (trial.aside.directory.inbox / kind / f"in-force-{trial.file.delivery.sha256[:12]}.csv").write_bytes(content)
    known_from = trial.now + timedelta(seconds=1)
    _take(trial.aside, known_from)
    return known_from


def priced(
    trial: Trial, days: Sequence[date], looked_at: Sequence[date], known_at: datetime, say: Callable[[str], object]
) -> State:
    """The state as known at an instant: the costs of `days`, and the offenders on `looked_at`."""
    tolerated = tolerated_now(trial.aside.settings)
    with recomputed_days(trial.aside, days, known_at, tolerated, say, looked_at=looked_at) as warehouse:
        return State(_costs(warehouse, days), frozenset(_offenders(warehouse)))


def days_with_traffic(installation: Installation, now: datetime, most: int) -> list[date]:
    """Of the `most` UTC days that end with the newest one read whole, those that were."""
    read = [day for day in installation.lake.days() if installation.lake.day_selection(day, now).sweep is not None]
    return [day for day in read if day > read[-1] - timedelta(days=most)] if read else []


def _take(aside: Installation, now: datetime) -> InboxReport:
    memory = aside.directory.work / "inbox_seen.json"
    changed = max(path.stat().st_mtime for path in aside.directory.inbox.rglob("*") if path.is_file())
    return take_files(aside.directory.inbox, aside.lake, memory, lambda: now, lambda: changed + 2 * SETTLED_SECONDS)


def _known_since(before: Sequence[ReferenceFile], copy: Path) -> datetime | None:
    content = copy.read_bytes()
    same = [file for file in before if file.delivery.bytes == len(content)]
    return next(
        (each.delivery.received_at for each in same if each.delivery.content_path.read_bytes() == content), None
    )


def rows_of_file(file: ReferenceFile) -> list[dict[str, Any]]:
    """The file's rows by column, without where they come from."""
    table = pq.read_table(file.rows_path)
    provenance = INVOICE_PROVENANCE if file.delivery.kind == INVOICES else PROVENANCE
    return table.drop_columns(list(provenance)).to_pylist()


def _costs(warehouse: Warehouse, days: Sequence[date]) -> Costs:
    with duckdb.connect(str(warehouse.marts_file), read_only=True) as connection:
        rows = connection.execute(_COSTS, {"days": [day.isoformat() for day in days]}).fetchall()
    return {(carrier, currency): Cost(total or Decimal(0), unrated) for carrier, currency, total, unrated in rows}


def _offenders(warehouse: Warehouse) -> Iterator[Offender]:
    with duckdb.connect(str(warehouse.models_file)) as connection:
        marts_file = str(warehouse.marts_file).replace("'", "''")
        connection.execute(f"attach '{marts_file}' as cpm (read_only)")
        for check in WINDOW_CHECKS:
            rows = connection.execute(f"select distinct offender from check_{check}").fetchall()  # noqa: S608 - our names
            yield from (Offender(check, text) for (text,) in rows)
