-- The aggregate and the leg grain must tell the same cost, legs and seconds.
with days as (
    select usage_date, carrier_name, currency, legs, billed_seconds, total_cost from {{ ref('cpm_daily') }}
    where usage_date in (select usage_date from {{ ref('int_accepted_days') }})
    union all
    select usage_date, carrier_name, currency, -1, -billed_seconds, -total_cost from {{ ref('cpm_fact') }}
    where usage_date in (select usage_date from {{ ref('int_accepted_days') }})
)

select usage_date, carrier_name, currency
from days
group by usage_date, carrier_name, currency
having sum(legs) <> 0 or sum(billed_seconds) <> 0 or sum(total_cost) <> 0
