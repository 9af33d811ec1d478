-- One row per carrier and matched prefix of the chosen segment (UTC days, all leg types): sums and CPM, the dearest first.
select
    coalesce(sums.carrier_name, '(no carrier)') as carrier_name,
    sums.prefix,
    min(sums.rate_per_minute) as least_rate,
    max(sums.rate_per_minute) as greatest_rate,
    cast(sum(sums.legs) as bigint) as legs,
    cast(sum(sums.billed_seconds) as bigint) as billed_seconds,
    sum(sums.total_cost) as total_cost,
    cost_per_minute(sum(sums.total_cost), sum(sums.billed_seconds)) as cpm
from cpm_by_prefix as sums
left join dim_region on sums.destination_region = dim_region.destination_region
where {conditions}
group by all
order by cpm desc nulls last, total_cost desc, carrier_name, sums.prefix
limit $limit
