{{ config(materialized='ephemeral') }}
-- A line alone that says the same as a matched one is that call a second time (D19): by our reference, or by number,
-- start, duration and charge. A credit is not: it takes back.
with reconciled_days as (
    select * from {{ ref('int_reconciled_days') }}
),

lines as (
    select * from {{ ref('int_invoice_lines') }}
),

matches as (
    select * from {{ ref('int_invoice_matches') }}
),

matched_lines as (
    select lines.*
    from lines
    inner join matches
        on lines.carrier_name = matches.carrier_name
        and lines.invoice_number = matches.invoice_number
        and lines.line_number = matches.line_number
),

lines_alone as (
    select lines.*
    from lines
    left join matches
        on lines.carrier_name = matches.carrier_name
        and lines.invoice_number = matches.invoice_number
        and lines.line_number = matches.line_number
    where matches.leg_id is null
        and lines.charge_amount >= 0
        and lines.line_date in (select usage_date from reconciled_days)
),

equal_lines as (
    select
        lines_alone.carrier_name,
        lines_alone.invoice_number,
        lines_alone.line_number,
        matched_lines.invoice_number as equal_invoice_number,
        matched_lines.line_number as equal_line_number
    from lines_alone
    inner join matched_lines
        on lines_alone.carrier_name = matched_lines.carrier_name
        and lines_alone.internal_leg_reference = matched_lines.internal_leg_reference
    union all
    select
        lines_alone.carrier_name,
        lines_alone.invoice_number,
        lines_alone.line_number,
        matched_lines.invoice_number as equal_invoice_number,
        matched_lines.line_number as equal_line_number
    from lines_alone
    inner join matched_lines
        on lines_alone.carrier_name = matched_lines.carrier_name
        and lines_alone.destination_digits = matched_lines.destination_digits
        and lines_alone.first_start_utc = matched_lines.first_start_utc
        and lines_alone.duration_seconds is not distinct from matched_lines.duration_seconds
        and lines_alone.charge_amount = matched_lines.charge_amount
),

ranked_lines as (
    select
        *,
        row_number() over (
            partition by carrier_name, invoice_number, line_number order by equal_invoice_number, equal_line_number
        ) as equal_rank
    from equal_lines
)

select
    carrier_name,
    invoice_number,
    line_number,
    equal_invoice_number as duplicate_of_invoice_number,
    equal_line_number as duplicate_of_line_number
from ranked_lines
where equal_rank = 1
