-- One row per UTC day of the range since the first one: its state, its sums and CPM (D10), and those of the seven days
-- that end with it (D11), each over the chosen carriers and regions. A day without figures has NULLs.
with days as (
    select usage_date, status, reason
    from day_status
    where usage_date between $first and $last
),

daily as (
    select
        sums.usage_date,
        cast(sum(sums.legs) as bigint) as legs,
        cast(sum(sums.unrated_legs) as bigint) as unrated_legs,
        cast(sum(sums.billed_seconds) as bigint) as billed_seconds,
        sum(sums.total_cost) as total_cost,
        cost_per_minute(sum(sums.total_cost), sum(sums.billed_seconds)) as cpm,
        bool_and(sums.is_final) as is_final
    from cpm_daily as sums
    where sums.currency = $currency
        and sums.usage_date between $first and $last
        and {chosen}
    group by sums.usage_date
),

seven_days as (
    select
        sums.usage_date,
        cost_per_minute(sum(sums.total_cost_7d), sum(sums.billed_seconds_7d)) as cpm_7d,
        max(sums.days_in_window) as days_in_window
    from cpm_trailing_7d as sums
    where sums.currency = $currency
        and sums.usage_date between $first and $last
        and {chosen}
    group by sums.usage_date
)

select
    days.usage_date,
    days.status,
    days.reason,
    coalesce(daily.legs, 0) as legs,
    coalesce(daily.unrated_legs, 0) as unrated_legs,
    daily.billed_seconds,
    daily.total_cost,
    daily.cpm,
    coalesce(daily.is_final, false) as is_final,
    seven_days.cpm_7d,
    seven_days.days_in_window
from days
left join daily on days.usage_date = daily.usage_date
left join seven_days on days.usage_date = seven_days.usage_date
order by days.usage_date
