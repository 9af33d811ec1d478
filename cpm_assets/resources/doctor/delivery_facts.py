"""Facts of what carriers deliver: the inbox as the next run would take it, and the cards and contracts of each carrier.

The inbox is taken into an installation aside, so that nothing of this one is written.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from datetime import date, datetime
from zoneinfo import available_timezones

import duckdb
import pyarrow.parquet as pq

from cpm_assets.domain.diagnosis.reference_data import CarrierFacts, InboxFacts
from cpm_assets.domain.recosting import CARDS, CONTRACTS, carriers_in_force
from cpm_assets.installation import Installation
from cpm_assets.resources.delivery_store import INBOX_FOLDERS
from cpm_assets.resources.inbox import take_files
from cpm_assets.resources.parsed_files import ReferenceFile, parsed_deliveries
from cpm_assets.resources.reference_rows import rows_of

_BILLABLE_CARRIERS = """
select carrier_name, max(usage_date) from (
    select carrier_name, usage_date from cpm_daily
    union all
    select carrier_name, usage_date from costed_legs where is_billable
    union all
    select carrier_name, usage_date from costed_legs_rejected where is_billable
)
where carrier_name is not null group by all
"""


def delivered_files(
    installation: Installation, aside: Installation, now: datetime
) -> tuple[InboxFacts, list[ReferenceFile]]:
    """The inbox's facts, and every delivery with what waits in the inbox, parsed. `now` is aware UTC."""
    inbox = installation.directory.inbox
    report = take_files(inbox, aside.lake, aside.directory.work / "inbox_seen.json", lambda: now, time.time)
    files = parsed_deliveries(aside.lake)
    facts = InboxFacts(
        path=str(inbox),
        exists=inbox.is_dir(),
        deliveries=len(files) - len(report.taken),
        new=[_name(delivery.kind, delivery.carrier_folder, delivery.file_name) for delivery in report.taken],
        waiting=report.waiting,
        not_taken=report.ignored,
        rejects=[
            (_name(file.delivery.kind, file.delivery.carrier_folder, file.delivery.file_name), reason)
            for file in files
            for reason in file.first_reject()
        ],
        unknown_folders=_unknown_folders(installation),
        known_folders=INBOX_FOLDERS,
    )
    return facts, files


def carrier_facts(
    installation: Installation, files: Iterable[ReferenceFile], seen_now: Collection[str], today: date
) -> CarrierFacts:
    """The carriers of the published legs and of the sample, and what holds for each on the day it was last seen."""
    rows = rows_of(files)
    published = _carriers_published(installation)
    in_force = carriers_in_force(rows, published | dict.fromkeys(seen_now, today))
    return CarrierFacts(
        last_seen=published,
        seen_now=frozenset(seen_now),
        with_contract=frozenset(in_force[CONTRACTS]),
        with_card=frozenset(in_force[CARDS]),
        cards=sum(row.kind == CARDS for row in rows),
        contracts=sum(row.kind == CONTRACTS for row in rows),
    )


def invoice_zones(files: Iterable[ReferenceFile]) -> list[str]:
    """The time zones that contracts name for their carriers' invoices."""
    zones: set[str] = set()
    for file in files:
        if file.delivery.kind == CONTRACTS:
            column = pq.read_table(file.rows_path, columns=["invoice_timezone"])["invoice_timezone"]
            zones.update(filter(None, column.unique().to_pylist()))
    return sorted(zones)


def known_zones() -> tuple[frozenset[str], frozenset[str]]:
    """The zones that Python (tzdata) and DuckDB know."""
    with duckdb.connect() as connection:
        engine = connection.execute("select name from pg_timezone_names()").fetchall()
    return frozenset(available_timezones()), frozenset(name for (name,) in engine)


def _carriers_published(installation: Installation) -> dict[str, date]:
    published = installation.directory.published_file
    if not published.exists():
        return {}
    with duckdb.connect(str(published.resolve()), read_only=True) as connection:
        return dict(connection.execute(_BILLABLE_CARRIERS).fetchall())


def _unknown_folders(installation: Installation) -> list[str]:
    inbox = installation.directory.inbox
    if not inbox.is_dir():
        return []
    return sorted(
        entry.name for entry in inbox.iterdir() if entry.name not in INBOX_FOLDERS and not entry.name.startswith(".")
    )


def _name(kind: str, folder: str | None, file_name: str) -> str:
    return "/".join(filter(None, (kind, folder, file_name)))
