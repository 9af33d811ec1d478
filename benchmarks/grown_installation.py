"""An installation that has run for so many days: logs, cards, Dagster's runs and a published file, without any leg.

What a sensor's tick reads, in the amounts that a day leaves behind: 97 builds (a tick each quarter of an hour, and the
closing), three comparisons after it, and a card a week for one of three carriers. The first day's files are made by the
product's own writers; other days' are copies of them with their dates.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import dagster as dg
import duckdb

from benchmarks.synthetic_deck import CARRIERS
from cpm_assets.domain.build_plan import FINALIZE, LATE_SWEEP, PURPOSE_TAG, TICK
from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import DayBuild
from cpm_assets.resources.inbox import take_files
from cpm_assets.resources.parsed_files import reference_files
from cpm_assets.resources.review_log import UNCHANGED, DayReview
from cpm_assets.settings import settings_from_environment

BUILDS_A_DAY = 97
LATE_HOURS = (72, 96, 168)
CARDS_EVERY_DAYS = 7
CARD_ROWS = 200
JOBS = {"tick_job": TICK, "finalize_job": FINALIZE, "late_sweep_job": LATE_SWEEP}
"""Of each day one run is kept of each: Dagster's records are asked by job, state and time, not by day."""

PUBLISHED = """
create table days as select $first::date + n::integer as usage_date from range($days) as each(n);
create table check_results as
    select 'check ' || n as check_name, usage_date, 0 as failing_rows, 'run' as run_id, n < 2 as is_blocking,
        true as is_passed, false as is_waived
    from days, range(17) as each(n);
create table day_status as
    select usage_date, 'final' as status, null::varchar as reason, usage_date::timestamp as last_good_at_utc from days;
create table day_versions as
    select usage_date, 1 as version, 'closed' as reason, usage_date::timestamp as known_from_utc from days;
create table reconciliation_flags as
    select usage_date, 'carrier ' || n % 5 as carrier_name, strftime(usage_date, '%Y-%m') as invoice_number,
        'charge_mismatch' as flag_type
    from days, range(50) as each(n);
create table invoice_coverage as
    select distinct carrier_name, invoice_number, $first::timestamp as received_at_utc from reconciliation_flags;
create table invoice_files as
    select md5(carrier_name || invoice_number) as source_file_sha256, invoice_number as file_name,
        null::date as first_day_to_compare, null::date as last_day_to_compare, 0 as days_to_compare, received_at_utc
    from invoice_coverage;
create table cpm_daily as
    select usage_date, 'carrier ' || n % 5 as carrier_name, 'region ' || n as destination_region
    from days, range(200) as each(n);
create table costed_legs (usage_date date, carrier_name varchar, priced_by_carrier varchar);
create table costed_legs_rejected as from costed_legs;
"""


def grown_installation(root: Path, days: int, now: datetime) -> tuple[Installation, dg.DagsterInstance]:
    """An installation below `root` that `now` (aware UTC) has run `days` days without a fault, and its Dagster."""
    first = now.date() - timedelta(days=days)
    made = Installation(settings_from_environment({"CPM_DATA_DIR": str(root), "CPM_FIRST_DAY": first.isoformat()}))
    _write_logs(made, [first + timedelta(days=n) for n in range(days)], now)
    _deliver_cards(made, first, now)
    marts = root / "marts.duckdb"
    with duckdb.connect(str(marts)) as connection:
        connection.execute("create macro unused() as 1")
        for statement in PUBLISHED.split(";\n"):
            given = {"first": first, "days": days}
            connection.execute(statement, {name: value for name, value in given.items() if f"${name}" in statement})
    made.warehouse.snapshots.publish(marts, made.warehouse.snapshots.name(now, "run"))
    home = root / "dagster"
    home.mkdir()
    instance = dg.DagsterInstance.local_temp(str(home))
    for number, (run, at) in enumerate(_runs(first, days)):
        instance.run_storage.add_historical_run(_with_id(run, number), at)
    return made, instance


def _with_id(run: dg.DagsterRun, number: int) -> dg.DagsterRun:
    """The run with the id that belongs to a number: the same every time."""
    return run._replace(run_id=str(UUID(int=number)))


def _write_logs(installation: Installation, days: list[date], now: datetime) -> None:
    model = days[0]
    log = installation.warehouse.builds
    at = datetime.combine(model, time(), UTC)
    builds = [
        DayBuild(model, f"{n:08x}", at + timedelta(minutes=15 * n), at, "accepted", is_final=False,
                 is_finalizing=False, reason=None)
        for n in range(1, BUILDS_A_DAY)
    ]  # fmt: skip
    closed_at = at + timedelta(hours=72)
    closing = replace(builds[0], built_at_utc=closed_at, known_at_utc=closed_at, is_final=True, is_finalizing=True)
    log.prepare([*builds, closing], "published")
    log.settle("published")
    for hours in LATE_HOURS:
        swept = at + timedelta(hours=24 + hours, minutes=5)
        review = DayReview(model, f"{hours:08x}", swept, swept, UNCHANGED, 1, None)
        log.prepare([], "published", reviews=installation.warehouse.reviews.entries([review]))
        log.settle("published")
    for folder in ("builds", "reviews"):
        files = {path.name: path.read_text() for path in (installation.lake.root / folder / str(model)).iterdir()}
        for day in days[1:]:
            _copy_of_day(installation.lake.root / folder / str(day), files, day - model)
    for day in days:
        ago = now - datetime.combine(day, time(), UTC)
        directory = installation.lake.root / "builds" / str(day)
        if ago < timedelta(hours=72):
            (path,) = directory.glob("*-final.json")
            path.unlink()
        for number, path in enumerate(sorted((installation.lake.root / "reviews" / str(day)).iterdir())):
            if ago < timedelta(hours=24 + LATE_HOURS[number], minutes=5):
                path.unlink()


def _copy_of_day(directory: Path, files: dict[str, str], later: timedelta) -> None:
    """A day's files with every date in them so much later: of the day itself and of those on which it was looked at."""
    directory.mkdir()
    for name, text in files.items():
        moved = datetime.strptime(name[:8], "%Y%m%d").replace(tzinfo=UTC) + later
        for day in sorted({*_dates_in(text)}, reverse=True):
            text = text.replace(day, (date.fromisoformat(day) + later).isoformat())  # noqa: PLW2901
        (directory / f"{moved:%Y%m%d}{name[8:]}").write_text(text)


def _dates_in(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if "_date" in line or "_utc" in line:
            yield line.split('"')[3][:10]


def _deliver_cards(installation: Installation, first: date, now: datetime) -> None:
    inbox = installation.directory.inbox / "rate_cards"
    inbox.mkdir(parents=True)
    header = "prefix,destination_region,carrier_name,rate_per_minute,effective_date,expiry_date\n"
    for number in range((now.date() - first).days // CARDS_EVERY_DAYS + 1):
        received = datetime.combine(first + timedelta(days=number * CARDS_EVERY_DAYS), time(), UTC)
        carrier = CARRIERS[number % 3]
        rows = (
            f"{prefix},region {prefix},{carrier},0.{number + 1:04},{received.date()},\n"
            for prefix in range(1000, 1000 + CARD_ROWS)
        )
        (inbox / f"card {number}.csv").write_text(header + "".join(rows))
        later = received.timestamp() + 10**9
        memory = installation.directory.root / "seen.json"
        for _ in range(2):  # seen once, then found unchanged
            take_files(inbox.parent, installation.lake, memory, lambda at=received: at, lambda at=later: at)
    reference_files(installation.lake)
    shutil.rmtree(inbox)


def _runs(first: date, days: int) -> Iterator[tuple[dg.DagsterRun, datetime]]:
    for day in (first + timedelta(days=n) for n in range(days)):
        for job_name, purpose in JOBS.items():
            tags = {"dagster/partition": day.isoformat(), PURPOSE_TAG: purpose}
            run = dg.DagsterRun(job_name=job_name, status=dg.DagsterRunStatus.SUCCESS, tags=tags)
            yield run, datetime.combine(day, time(1), UTC)
