{{ config(materialized='ephemeral') }}
-- A line alone that takes money back for a call that another line bills: by our reference, or by number and start as
-- the carrier writes them. What it takes back may be less than the charge, so neither that nor the duration is asked.
with reconciled_days as (
    select * from {{ ref('int_reconciled_days') }}
),

lines as (
    select * from {{ ref('int_invoice_lines') }}
),

matches as (
    select * from {{ ref('int_invoice_matches') }}
),

charges as (
    select
        lines.*,
        matches.leg_id is null as is_alone
    from lines
    left join matches
        on lines.carrier_name = matches.carrier_name
        and lines.invoice_number = matches.invoice_number
        and lines.line_number = matches.line_number
    where lines.charge_amount > 0
),

credits_alone as (
    select lines.*
    from lines
    left join matches
        on lines.carrier_name = matches.carrier_name
        and lines.invoice_number = matches.invoice_number
        and lines.line_number = matches.line_number
    where matches.leg_id is null
        and lines.charge_amount < 0
        and lines.line_date in (select usage_date from reconciled_days)
),

answered as (
    select
        credits_alone.carrier_name,
        credits_alone.invoice_number,
        credits_alone.line_number,
        charges.invoice_number as charge_invoice_number,
        charges.line_number as charge_line_number,
        charges.is_alone,
        abs(charges.charge_amount + credits_alone.charge_amount) as amount_distance
    from credits_alone
    inner join charges
        on credits_alone.carrier_name = charges.carrier_name
        and credits_alone.internal_leg_reference = charges.internal_leg_reference
    union all
    select
        credits_alone.carrier_name,
        credits_alone.invoice_number,
        credits_alone.line_number,
        charges.invoice_number as charge_invoice_number,
        charges.line_number as charge_line_number,
        charges.is_alone,
        abs(charges.charge_amount + credits_alone.charge_amount) as amount_distance
    from credits_alone
    inner join charges
        on credits_alone.carrier_name = charges.carrier_name
        and credits_alone.destination_digits = charges.destination_digits
        and credits_alone.first_start_utc = charges.first_start_utc
),

-- Of a call that is billed twice it is the line without a leg that money comes back for, then the nearest amount.
ranked as (
    select
        *,
        row_number() over (
            partition by carrier_name, invoice_number, line_number
            order by is_alone desc, amount_distance, charge_invoice_number, charge_line_number
        ) as charge_rank
    from answered
)

select
    carrier_name,
    invoice_number,
    line_number,
    charge_invoice_number as credit_of_invoice_number,
    charge_line_number as credit_of_line_number
from ranked
where charge_rank = 1
