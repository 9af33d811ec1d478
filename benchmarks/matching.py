"""Benchmark: one carrier's month matched without ids, as many invoice lines as legs, both shuffled.

The production models are compiled by dbt and run on tables of DuckDB: lines have been parsed and placed in time, legs
costed, as a run finds them. Counted is everything from there to the chosen pairs: the candidates, the groups in which
legs and lines compete, the matches. The reference sorts and writes both inputs in the same process, just before.
"""

import resource
import sys
import time
from pathlib import Path

import duckdb

from benchmarks.measurement import Measurement, Quantity
from benchmarks.sizes import Sizes
from cpm_assets_tests.compiled_models import CompiledModel, MemoryWarehouse, compile_models

_INPUTS = {"int_invoice_legs": "start_time_utc", "int_invoice_lines": "first_start_utc"}
_PAIRS = ("int_invoice_candidates", "int_invoice_matches_in_doubt")
_MATCHES = "int_invoice_matches"
# One number is called every 1.2 s for an hour, as a dialler does that tests a conference bridge: one group, larger than
# is solved exactly. One call in two hundred is followed within seconds by another to the same number.
_BURST = 3_000
_LEGS = """
    create temp table calls as
    with drawn as (
        select
            range as call_number,
            hash(range) as of_start,
            hash(range, 'number') as of_number,
            hash(range, 'seconds') as of_seconds
        from range($calls)
    )
    select
        call_number,
        case
            when call_number < $burst
                then timestamp '2026-10-20 09:00:00' + to_milliseconds(1200 * cast(call_number as bigint))
            else timestamp '2026-10-01' + to_milliseconds(cast(of_start % 2678400000 as bigint))
        end as start_time_utc,
        case
            when call_number < $burst then '14155550100'
            else concat('1415', lpad(cast(of_number % ($calls // 5 + 1) as varchar), 7, '0'))
        end as destination_digits,
        case when call_number < $burst then 60 else cast(1 + of_seconds % 400 as bigint) end as seconds
    from drawn
    union all
    select
        call_number + $calls,
        timestamp '2026-10-01' + to_milliseconds(cast(of_start % 2678400000 as bigint) + 3000),
        concat('1415', lpad(cast(of_number % ($calls // 5 + 1) as varchar), 7, '0')),
        cast(1 + of_seconds % 400 as bigint)
    from drawn
    where call_number >= $burst and call_number % 200 = 0
"""
_LEG_COLUMNS = """
    select
        concat('leg-', lpad(cast(call_number as varchar), 9, '0')) as leg_id,
        cast(start_time_utc as date) as usage_date,
        'Acme' as carrier_name,
        cast(null as varchar) as sip_call_id,
        destination_digits,
        start_time_utc,
        seconds as media_seconds,
        seconds as billing_seconds,
        (seconds + 5) // 6 * 6 as billed_seconds,
        cast(0.012 as decimal(18, 6)) as total_cost,
        'USD' as currency,
        'rated' as rating_status
    from calls
    order by hash(call_number, 'order of legs')
"""
# The carrier's clock is off by up to three seconds, one duration in ten by one.
_LINE_COLUMNS = """
    with written as (
        select
            *,
            date_trunc('second', start_time_utc)
                + to_seconds(cast(hash(call_number, 'clock') % 7 as bigint) - 3) as line_start
        from calls
    )
    select
        'Acme' as carrier_name,
        'INV-2026-10' as invoice_number,
        cast(call_number + 1 as varchar) as line_number,
        cast(line_start as date) as line_date,
        false as is_outer_ring,
        cast(null as varchar) as internal_leg_reference,
        cast(null as varchar) as sip_call_id,
        destination_digits,
        line_start as first_start_utc,
        cast(null as timestamp) as second_start_utc,
        seconds + case when hash(call_number, 'length') % 10 = 0 then 1 else 0 end as duration_seconds,
        cast((seconds + 5) // 6 as decimal(18, 6)) / 10 as billed_minutes,
        cast(0.012 as decimal(18, 6)) as charge_amount,
        'USD' as currency,
        'USD' as contract_currency,
        cast(0.01 as decimal(18, 6)) as charge_tolerance,
        cast(1 as decimal(18, 6)) as minute_tolerance,
        5 as start_tolerance_seconds,
        2 as duration_tolerance_seconds,
        repeat('0', 64) as source_file_sha256,
        cast(call_number + 2 as integer) as file_line
    from written
    order by hash(call_number, 'order of lines')
"""


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """The row of the table: time, with what it needed in memory."""
    work = directory / "matching"
    work.mkdir()
    models = compile_models()
    warehouse = MemoryWarehouse(models, work)
    with warehouse.connection as connection:
        legs, lines = _load(connection, models, sizes.matching_calls)
        reference = _seconds_of_sort_and_write(connection, models)
        before = _peak_megabytes()
        began = time.perf_counter()
        for name in _PAIRS:
            warehouse.make(name)
        connection.execute(f"create table warehouse.matches as {models[_MATCHES].sql}")
        connection.execute("checkpoint warehouse")
        seconds = time.perf_counter() - began
        memory = _peak_megabytes() - before
        counts = _check_matched(connection, models, legs, _burst(sizes.matching_calls))
    return [
        Measurement(
            what=f"matching {legs:,} legs with {lines:,} lines of one carrier-month, no ids",
            against="DuckDB sorts and writes both",
            measured=Quantity(seconds, "s"),
            reference=Quantity(reference, "s"),
            target=8,
            how=f"candidates, groups and matches; {counts}; the process grew by {memory:,.0f} MB meanwhile, its peak "
            f"is {_peak_megabytes():,.0f} MB",
        )
    ]


def _load(connection: duckdb.DuckDBPyConnection, models: dict[str, CompiledModel], calls: int) -> tuple[int, int]:
    """Makes both inputs; how many legs and lines there are."""
    connection.execute(_LEGS, {"calls": calls, "burst": _burst(calls)})
    for name, columns in (("int_invoice_legs", _LEG_COLUMNS), ("int_invoice_lines", _LINE_COLUMNS)):
        connection.execute(f"create table {models[name].relation} as {columns}")
    connection.execute("drop table calls; checkpoint warehouse")
    counts = [connection.table(models[name].relation).count("*").fetchone() for name in _INPUTS]
    return counts[0][0], counts[1][0]


def _burst(calls: int) -> int:
    return min(_BURST, calls // 20)


def _seconds_of_sort_and_write(connection: duckdb.DuckDBPyConnection, models: dict[str, CompiledModel]) -> float:
    began = time.perf_counter()
    for name, column in _INPUTS.items():
        connection.execute(f"create table warehouse.sorted_{name} as from {models[name].relation} order by {column}")  # noqa: S608
    connection.execute("checkpoint warehouse")
    seconds = time.perf_counter() - began
    for name in _INPUTS:
        connection.execute(f"drop table warehouse.sorted_{name}")
    return seconds


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def _check_matched(
    connection: duckdb.DuckDBPyConnection, models: dict[str, CompiledModel], legs: int, burst: int
) -> str:
    """What came out, in words; figures, or the time means nothing. In the burst nothing tells one call from the next:
    its lines need a leg, not their own."""
    matched, right, right_elsewhere = connection.execute(
        "with numbered as (select cast(right(leg_id, 9) as bigint) as leg, cast(line_number as bigint) - 1 as line"
        " from warehouse.matches)"
        " select count(*), count(*) filter (where leg = line), count(*) filter (where leg = line and leg >= $burst)"
        " from numbered",
        {"burst": burst},
    ).fetchone()
    groups, in_time_order = connection.execute(
        "select count(distinct group_leg_id), count(distinct group_leg_id) filter (where not is_exact)"
        f" from {models['int_invoice_matches_in_doubt'].relation}"  # noqa: S608 - our own model's name
    ).fetchone()
    if matched < legs * 0.999 or right_elsewhere < (legs - burst) * 0.99:
        raise RuntimeError(f"of {legs} legs {matched} were matched and {right} rightly")
    return (
        f"{matched:,} matched, {right:,} of them with their own line; {groups:,} groups competed, {in_time_order:,} of "
        "them too large to be solved exactly and matched in time order"
    )
