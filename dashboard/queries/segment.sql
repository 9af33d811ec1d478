-- One row per published sum of the chosen segment, with the day and the place (region or country) it counts for.
select
    {day} as day,
    coalesce(sums.carrier_name, '(no carrier)') as carrier_name,
    {place} as place,
    sums.is_final,
    sums.legs,
    sums.unrated_legs,
    sums.billed_seconds,
    sums.total_cost
from {table} as sums
{hours}
left join dim_region on sums.destination_region = dim_region.destination_region
where {conditions}
