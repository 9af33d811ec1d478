-- An analyst must get the same figure from either table.
with days as (
    select usage_date, currency, legs, unrated_legs, billed_seconds, total_cost from {{ ref('cpm_daily') }}
    where usage_date in (select usage_date from {{ ref('int_accepted_days') }})
    union all
    select usage_date, currency, -legs, -unrated_legs, -billed_seconds, -total_cost from {{ ref('cpm_hourly') }}
    where usage_date in (select usage_date from {{ ref('int_accepted_days') }})
)

select usage_date, currency
from days
group by usage_date, currency
having sum(legs) <> 0 or sum(unrated_legs) <> 0 or sum(billed_seconds) <> 0 or sum(total_cost) <> 0
