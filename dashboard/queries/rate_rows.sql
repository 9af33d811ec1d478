-- One row per rate-card row that is in force on a chosen day for the chosen carriers and places: those that cost most
-- in the segment (UTC days, all leg types) first, then by prefix. `rows_in_all` counts them before the limit.
with used as (
    select sums.carrier_name, sums.prefix, sum(sums.total_cost) as total_cost
    from cpm_by_prefix as sums
    left join dim_region on sums.destination_region = dim_region.destination_region
    where {conditions}
    group by all
)

select
    sums.carrier_name,
    sums.prefix,
    sums.destination_region,
    sums.rate_per_minute,
    sums.currency,
    sums.connection_fee,
    sums.initial_increment_seconds,
    sums.increment_seconds,
    sums.minimum_seconds,
    sums.valid_from,
    sums.valid_to,
    used.total_cost,
    count(*) over () as rows_in_all
from rate_card_dimension as sums
left join dim_region on sums.destination_region = dim_region.destination_region
left join used on sums.carrier_name = used.carrier_name and sums.prefix = used.prefix
where {card_conditions}
    and sums.valid_from <= $last
    and (sums.valid_to is null or sums.valid_to > $first)
order by used.total_cost desc nulls last, sums.carrier_name, sums.prefix, sums.valid_from
limit $limit
