-- One row per leg type: seat licenses by the time that they were used for.
select leg_type, sum(media_seconds) as media_seconds, sum(allocated_cost) as allocated_cost,
    cost_per_minute(sum(allocated_cost), sum(media_seconds)) as cost_per_minute
from internal_handling_cost
where currency = $currency and usage_date between $first and $last
group by rollup (leg_type)
order by leg_type is null, allocated_cost desc, leg_type
