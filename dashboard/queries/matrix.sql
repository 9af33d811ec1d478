-- One row per carrier and place of the matrix, with All of each: sums, and CPM re-weighted over them (D10).
-- Places are ranked by cost, those without a rate first so that they are never hidden; from rank $top + 1 on they are
-- one row, the rest. `place` is NULL for the rest and for All; `places` counts what a row is made of.
with segment as (
    {segment}
),

-- by region first: its country is looked up once a cell, not once a row
regions as (
    select
        carrier_name,
        destination_region,
        sum(legs) as legs,
        sum(unrated_legs) as unrated_legs,
        sum(billed_seconds) as billed_seconds,
        sum(total_cost) as total_cost
    from segment
    group by carrier_name, destination_region
),

cells as (
    select
        sums.carrier_name,
        {place} as place,
        sum(sums.legs) as legs,
        sum(sums.unrated_legs) as unrated_legs,
        sum(sums.billed_seconds) as billed_seconds,
        sum(sums.total_cost) as total_cost
    from regions as sums
    left join dim_region on sums.destination_region = dim_region.destination_region
    group by all
),

ranks as (
    select place, row_number() over (order by place = '(unrated)' desc, sum(total_cost) desc, place) as place_rank
    from cells
    group by place
),

placed as (
    select cells.*, least(ranks.place_rank, $top + 1) as place_rank
    from cells
    join ranks on cells.place = ranks.place
)

select
    carrier_name,
    place_rank,
    case when place_rank <= $top then min(place) end as place,
    count(distinct place) as places,
    cast(sum(legs) as bigint) as legs,
    cast(sum(unrated_legs) as bigint) as unrated_legs,
    cast(sum(billed_seconds) as bigint) as billed_seconds,
    sum(total_cost) as total_cost,
    cost_per_minute(sum(total_cost), sum(billed_seconds)) as cpm
from placed
group by grouping sets ((carrier_name, place_rank), (carrier_name), (place_rank), ())
order by place_rank nulls first, carrier_name nulls first
