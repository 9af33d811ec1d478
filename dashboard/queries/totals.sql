-- One row: the sums of the chosen segment and its CPM (D10).
with segment as (
    {segment}
)

select
    cast(coalesce(sum(legs), 0) as bigint) as legs,
    cast(coalesce(sum(unrated_legs), 0) as bigint) as unrated_legs,
    cast(coalesce(sum(billed_seconds), 0) as bigint) as billed_seconds,
    coalesce(sum(total_cost), 0) as total_cost,
    cost_per_minute(sum(total_cost), sum(billed_seconds)) as cpm
from segment
