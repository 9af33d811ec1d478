-- One row per day, ISO week or month (its first day) with figures in the chosen segment: sums and re-weighted CPM (D10).
with segment as (
    {segment}
),

-- by instant first: calendar and zone are asked once an instant, not once a row
instants as (
    select
        instant,
        bool_and(is_final) as is_final,
        sum(legs) as legs,
        sum(unrated_legs) as unrated_legs,
        sum(billed_seconds) as billed_seconds,
        sum(total_cost) as total_cost
    from segment
    group by instant
)

select
    cast(date_trunc($bucket, {day}) as date) as bucket,
    bool_and(is_final) as is_final,
    cast(sum(legs) as bigint) as legs,
    cast(sum(unrated_legs) as bigint) as unrated_legs,
    cast(sum(billed_seconds) as bigint) as billed_seconds,
    sum(total_cost) as total_cost,
    cost_per_minute(sum(total_cost), sum(billed_seconds)) as cpm
from instants
group by all
order by bucket
