-- A carrier's day on which more than one line in a hundred has no leg: this is a clock, a number format or a day of
-- usage that went missing. A single surplus call is a flag, however few calls there were that day. Copies and credits
-- have no leg of their own and are not counted.
with days as (
    select usage_date
    from {{ source('run', 'days') }}
),

reconciled as (
    select * from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from days)
),

lines as (
    select
        usage_date,
        carrier_name,
        count(*) as lines,
        count(leg_id) as matched_lines
    from reconciled
    where line_number is not null
        and (leg_id is not null or (outcome <> 'duplicate_invoice_line' and carrier_charge >= 0))
    group by usage_date, carrier_name
)

select
    usage_date,
    {{ json_text([
        ['carrier_name', shortened('carrier_name')],
        ['lines', 'lines'],
        ['matched_lines', 'matched_lines'],
    ]) }} as offender
from lines
where 100 * matched_lines < 99 * lines
    and lines - matched_lines > 1
