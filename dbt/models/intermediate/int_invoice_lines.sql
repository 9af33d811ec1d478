{#- The times are rendered as literals so that Parquet's statistics prune by them: three days around the outermost days
    of the run, two for the outer ring (below) and one because a local time can lie on the next date in UTC. -#}
{#- In `dbt compile` there are no days yet that are reconciled: then those that are asked for. -#}
{%- set bounds_query -%}
    select min(usage_date) - 3, max(usage_date) + 4
    from {{ ref('int_reconciled_days') if flags.WHICH in ('build', 'run') else source('run', 'days') }}
{%- endset -%}
{%- set bounds = run_query(bounds_query).rows[0] if execute else (none, none) -%}
{%- set first_time = "timestamp '" ~ bounds[0] ~ "'" if bounds[0] else "cast(null as timestamp)" -%}
{%- set end_time = "timestamp '" ~ bounds[1] ~ "'" if bounds[1] else "cast(null as timestamp)" -%}
-- The lines of D-1 to D+1 for every day D of the run (D20), each once: a line delivered again replaces the one before,
-- also one that it moves out of these days. Of D-2 and D+2 (the outer ring) only lines that name their leg are here:
-- a leg of D-1 or D+1 may be theirs, and whoever looks must see the same claims on it (int_invoice_candidates). Taxes
-- and fees are nobody's call, also where they have a time.
with reconciled_days as (
    select * from {{ ref('int_reconciled_days') }}
),

window_dates as (
    select
        reconciled_days.usage_date + steps.step as line_date,
        min(abs(steps.step)) as days_away
    from reconciled_days
    cross join (values (-2), (-1), (0), (1), (2)) as steps(step)
    group by reconciled_days.usage_date + steps.step
),

read_dates as (
    select distinct window_dates.line_date + steps.step as start_date
    from window_dates
    cross join (values (-1), (0), (1)) as steps(step)
),

-- Two branches, because a condition on "this column or that one" would prune nothing.
lines_near as (
    select * from {{ ref('stg_invoices__lines') }}
    where start_local >= {{ first_time }}
        and start_local < {{ end_time }}
        and start_utc is null
    union all
    select * from {{ ref('stg_invoices__lines') }}
    where start_utc >= {{ first_time }}
        and start_utc < {{ end_time }}
),

lines_of_read_dates as (
    select * from lines_near
    where start_date in (select start_date from read_dates)
        and line_kind in ('call', 'credit')
),

placed_lines as (
    {{ place_invoice_lines('lines_of_read_dates') }}
),

lines_with_place as (
    select * from placed_lines
    where reject_reason is null
),

newest_lines as (
    {{ lines_as_last_delivered('lines_with_place') }}
)

select
    newest_lines.carrier_name,
    newest_lines.invoice_number,
    newest_lines.line_number,
    window_dates.line_date,
    window_dates.days_away = 2 as is_outer_ring,
    newest_lines.internal_leg_reference,
    newest_lines.sip_call_id,
    newest_lines.destination_digits,
    newest_lines.first_start_utc,
    newest_lines.second_start_utc,
    newest_lines.duration_seconds,
    newest_lines.billed_minutes,
    newest_lines.charge_amount,
    newest_lines.line_kind,
    newest_lines.stated_rate,
    newest_lines.currency,
    newest_lines.contract_currency,
    newest_lines.charge_tolerance,
    newest_lines.minute_tolerance,
    newest_lines.start_tolerance_seconds,
    newest_lines.duration_tolerance_seconds,
    newest_lines.source_file_sha256,
    newest_lines.file_line
from newest_lines
inner join window_dates on cast(newest_lines.first_start_utc as date) = window_dates.line_date
where window_dates.days_away < 2
    or newest_lines.internal_leg_reference is not null
    or newest_lines.sip_call_id is not null
