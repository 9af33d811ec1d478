"""A stand-in for the dbt run in the simulation: reads the run's inputs, writes the marts file, freezes closed days.

It stands where `run_models` does, behind the same files (`work/inputs/*.parquet` in, `warehouse/cpm.duckdb` out), which
the product writes and publishes. It prices by one rule: whole minutes times the newest rate in force of the leg's own
carrier. Freezing is the product's own model. Matching, reconciliation and all else that dbt makes are not here.
"""

from collections.abc import Callable
from pathlib import Path

import duckdb

from cpm_assets.dbt_project import PROJECT_DIR
from cpm_assets.installation import Installation
from cpm_assets.resources.run_inputs import RunPlan, write_run_inputs
from cpm_assets.resources.warehouse_build import CompetingGroups, Models, Outcomes
from cpm_assets_tests.compiled_models import result_of_python_model

FREEZING = PROJECT_DIR / "models" / "intermediate" / "int_frozen_days.py"
SMALL_BLOCKS = 16384
"""DuckDB's default makes each of hundreds of files a megabyte."""

ATTEMPT = """
create temp table day as from read_parquet('{inputs}/days.parquet') where is_costed;
create temp table freezing as from read_parquet('{inputs}/freezings.parquet');
create temp table waiver as
select usage_date, check_name, person, reason, source_file_sha256 from read_parquet([{waivers}]);
create temp table attempt as
with leg as (
    select asked_day as usage_date, *
    from read_parquet([{legs}])
    where asked_day in (select usage_date from day)
    qualify row_number() over (
        partition by asked_day, leg_id order by extraction_started_at_utc desc, extraction_id desc, position desc
    ) = 1
),
rate as (
    select carrier_name, effective_date, arg_max(rate_per_minute, (received_at_utc, source_file_sha256)) as per_minute
    from read_parquet([{cards}])
    group by all
),
priced as (
    select leg.*, day.is_finalizing as is_final, (
        select arg_max(per_minute, effective_date) from rate
        where rate.carrier_name = leg.carrier_name and rate.effective_date <= leg.usage_date
    ) as rate_per_minute
    from leg join day using (usage_date)
    where usage_date not in (select usage_date from freezing where is_restored)
)
select
    leg_id, call_id, sip_call_id, usage_date, start_time_utc, end_time_utc, media_seconds, billing_seconds,
    carrier_name, destination_location, call_type, direction, call_outcome, 'primary' as leg_type,
    false as is_fallback, false as is_in_progress, true as is_billable,
    if(rate_per_minute is null, 'unknown_carrier', 'rated') as rating_status, carrier_name as priced_by_carrier,
    '1415' as matched_prefix, if(rate_per_minute is null, '(unrated)', 'San Francisco') as destination_region,
    rate_per_minute, 1 as initial_increment_seconds, 1 as increment_seconds, null as increment_rule,
    0 as minimum_seconds, 0.0 as connection_fee, 0.0 as attempt_fee, null as rounding_mode, 6 as rounding_decimals,
    billing_seconds as billed_seconds,
    cast(billing_seconds // 60 * rate_per_minute as decimal(18, 6)) as total_cost, 'USD' as currency, is_final
from priced;
create temp table gate as
with counted as (
    select
        usage_date, bool_or(is_finalizing) as is_finalizing, count(leg_id) as legs,
        count(leg_id) filter (where rating_status = 'unknown_carrier') as unknown
    from day left join attempt using (usage_date)
    group by usage_date
),
judged as (
    select *, exists (select 1 from waiver where waiver.usage_date = counted.usage_date) as is_waived from counted
)
select *, unknown = 0 or (is_finalizing and is_waived) as is_accepted from judged;
create temp table accepted as select usage_date from gate where is_accepted;
create temp table to_freeze as
from freezing
where usage_date in (from accepted) and usage_date in (select usage_date from day where is_finalizing);
"""
SUMS = """
count(total_cost) as legs, count(*) - count(total_cost) as unrated_legs,
cast(coalesce(sum(billed_seconds) filter (where total_cost is not null), 0) as bigint) as billed_seconds,
cast(coalesce(sum(billed_seconds) filter (where total_cost is not null), 0) / 60 as decimal(18, 6)) as billed_minutes,
cast(coalesce(sum(total_cost), 0) as decimal(18, 6)) as total_cost, bool_or(is_final) as is_final
"""
TABLES = f"""
create table costed_legs as from attempt limit 0;
create table costed_legs_rejected as from attempt limit 0;
create table restated_version as from read_parquet('{{inputs}}/restated_versions.parquet') limit 0;
create view cpm_daily as
select usage_date, carrier_name, destination_region, currency, {SUMS} from costed_legs group by 1, 2, 3, 4;
create view cpm_hourly as
select usage_date, date_trunc('hour', start_time_utc) as usage_hour_utc, carrier_name, destination_region, leg_type,
    currency, {SUMS}
from costed_legs group by 1, 2, 3, 4, 5, 6;
create view cpm_by_prefix as
select usage_date, carrier_name, matched_prefix as prefix, currency, {SUMS}
from costed_legs group by 1, 2, 3, 4;
create view internal_handling_cost as
select distinct usage_date, 'unallocated' as leg_type, currency from costed_legs;
create table restated_daily as from cpm_daily limit 0;
create view cpm_daily_restated as
from cpm_daily where usage_date not in (select usage_date from restated_version) union all from restated_daily;
"""  # noqa: S608
FIGURES = """
delete from costed_legs where usage_date in (from accepted);
insert into costed_legs from attempt where usage_date in (from accepted);
delete from costed_legs_rejected where usage_date in (select usage_date from gate);
insert into costed_legs_rejected from attempt where usage_date not in (from accepted);
create or replace table day_status as
select usage_date, 'rejected' as status, 'a billable leg with an unknown carrier' as reason
from gate where not is_accepted;
create or replace table check_results as
select
    usage_date, 'carrier_match' as check_name, true as is_blocking, unknown = 0 as is_passed, is_waived,
    unknown as failing_rows
from gate;
"""
VERSIONS = """
create table if not exists closed_version as from closed limit 0;
delete from closed_version where usage_date in (select usage_date from closed);
insert into closed_version from closed;
create temp table restated_now as from read_parquet('{inputs}/restated_versions.parquet');
delete from restated_version where usage_date in (select usage_date from restated_now);
insert into restated_version from restated_now;
create or replace view day_versions as
from closed_version
union all by name
select usage_date, version, known_from_utc, manifest_sha256, legs, billed_seconds, total_cost, reason, currency
from restated_version;
delete from restated_daily where usage_date in (select usage_date from restated_now);
"""


def stand_in_models(
    installation: Installation, plan: RunPlan, _say: Callable[[str], object]
) -> tuple[Outcomes, Models]:
    """As `resources/warehouse_build.run_models`."""
    write_run_inputs(installation, plan)
    warehouse = installation.warehouse
    warehouse.models_file.touch()
    with duckdb.connect(config={"threads": 1}) as session:
        session.execute(f"attach '{warehouse.marts_file}' as cpm (block_size {SMALL_BLOCKS}); use cpm")
        outcomes = _build(session, installation.directory.run_inputs)
    return outcomes, Models({}, {}, {}, CompetingGroups(0, 0, 0))


def _build(session: duckdb.DuckDBPyConnection, inputs: Path) -> Outcomes:
    files = session.execute(f"select kind, rows_path from '{inputs}/reference_files.parquet'").fetchall()
    legs = session.execute(f"select legs_path from '{inputs}/usage_files.parquet'").fetchall()
    session.execute(
        ATTEMPT.format(
            inputs=inputs,
            legs=_list(inputs / "empty_legs.parquet", [path for (path,) in legs]),
            cards=_list(inputs / "empty_rate_cards.parquet", [path for kind, path in files if kind == "rate_cards"]),
            waivers=_list(inputs / "empty_waivers.parquet", [path for kind, path in files if kind == "waivers"]),
        )
    )
    if not session.execute("from duckdb_tables() where table_name = 'costed_legs'").fetchall():
        session.execute(TABLES.format(inputs=inputs))
    session.execute(FIGURES)
    read_back = session.execute("select directory from to_freeze where is_restored").fetchall()
    for (directory,) in read_back:
        session.execute(f"insert into costed_legs by name from '{directory}/costed_legs.parquet'")
    parents = {"int_days_to_freeze": "to_freeze", "stg_reference__waivers": "waiver"}
    result_of_python_model(FREEZING, session, lambda name: session.sql(f"from {parents.get(name, name)}")).to_table(
        "closed"
    )
    session.execute(VERSIONS.format(inputs=inputs))
    for (path,) in session.execute("select daily_path from restated_now where is_latest").fetchall():
        session.execute(f"insert into restated_daily by name from '{path}'")
    session.execute("drop table closed")
    gate = session.execute("select usage_date, is_accepted, legs from gate").fetchall()
    return {day: (is_accepted, legs, None if is_accepted else "rejected") for day, is_accepted, legs in gate}


def _list(empty: Path, paths: list[str]) -> str:
    """Files for `read_parquet`; the empty one gives the columns."""
    return ", ".join(f"'{path}'" for path in (empty, *paths))
