{#- The times are rendered as literals so that Parquet's statistics prune by them: three days around the outermost days
    of the run, two for the outer ring (below) and one because a local time can lie on the next date in UTC. -#}
{%- set bounds_query -%}
    select min(usage_date) - 3, max(usage_date) + 4 from {{ source('run', 'days') }} where is_reconciled
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

copies as (
    select * from {{ ref('int_invoice_copies') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
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

invoices_delivered_again as (
    select
        folders.carrier_name,
        copies.invoice_number
    from copies
    inner join folders on copies.carrier_folder = folders.invoice_folder
    group by folders.carrier_name, copies.invoice_number
    having count(*) > 1
),

lines_delivered_again as (
    select
        folders.carrier_name,
        lines.invoice_number,
        lines.line_number,
        lines.carrier_folder,
        lines.source_file_sha256,
        row_number() over (
            partition by folders.carrier_name, lines.invoice_number, lines.line_number
            order by lines.received_at_utc desc, lines.source_file_sha256 desc, lines.carrier_folder desc
        ) as newest_first
    from {{ ref('stg_invoices__lines') }} as lines
    inner join folders on lines.carrier_folder = folders.invoice_folder
    inner join invoices_delivered_again
        on folders.carrier_name = invoices_delivered_again.carrier_name
        and lines.invoice_number = invoices_delivered_again.invoice_number
),

newest_lines as (
    select placed_lines.*
    from placed_lines
    left join lines_delivered_again as newest
        on placed_lines.carrier_name = newest.carrier_name
        and placed_lines.invoice_number = newest.invoice_number
        and placed_lines.line_number = newest.line_number
        and newest.newest_first = 1
    where placed_lines.reject_reason is null
        and (
            newest.source_file_sha256 is null
            or (
                newest.source_file_sha256 = placed_lines.source_file_sha256
                and newest.carrier_folder = placed_lines.carrier_folder
            )
        )
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
