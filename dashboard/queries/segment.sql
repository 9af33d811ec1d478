-- One row per published sum of the chosen segment, with the UTC day or hour and the region it counts for.
select
    {instant} as instant,
    coalesce(sums.carrier_name, '(no carrier)') as carrier_name,
    sums.destination_region,
    sums.is_final,
    sums.legs,
    sums.unrated_legs,
    sums.billed_seconds,
    sums.total_cost
from {table} as sums
{countries}
where {conditions}
