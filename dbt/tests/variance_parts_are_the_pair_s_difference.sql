-- A line whose parts add up to something else would be explained wrongly, and only its invoice's sum might show it.
with reconciled as (
    select * from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from {{ ref('int_reconciled_days') }})
        and leg_id is not null
        and line_number is not null
        and carrier_currency = currency
),

parts as (
    select leg_id, sum(amount) as amount
    from {{ ref('int_variance_parts') }}
    where usage_date in (select usage_date from {{ ref('int_reconciled_days') }})
        and line_number is not null
        and leg_id is not null
    group by leg_id
)

select reconciled.*
from reconciled
left join parts on reconciled.leg_id = parts.leg_id
where coalesce(parts.amount, 0) <> reconciled.carrier_charge - coalesce(reconciled.internal_charge, 0)
