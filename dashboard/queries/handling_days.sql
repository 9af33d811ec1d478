-- One row per UTC day × leg type.
select usage_date, leg_type, media_seconds, allocated_cost, cost_per_minute
from internal_handling_cost
where currency = $currency and usage_date between $first and $last
order by usage_date desc, leg_type
