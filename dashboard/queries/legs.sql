-- One row per billable leg of the chosen segment, rated or not, as far back as the file holds legs; oldest first.
select
    sums.leg_id,
    sums.call_id,
    sums.usage_date,
    sums.start_time_utc,
    sums.carrier_name,
    sums.destination_number,
    sums.destination_region,
    sums.leg_type,
    sums.rating_status,
    sums.matched_prefix,
    sums.rate_per_minute,
    sums.initial_increment_seconds,
    sums.increment_seconds,
    sums.minimum_seconds,
    sums.connection_fee,
    sums.rounding_mode,
    sums.rounding_decimals,
    sums.raw_seconds,
    sums.billed_seconds,
    sums.total_cost,
    sums.currency,
    sums.is_final
from costed_legs as sums
left join dim_region on sums.destination_region = dim_region.destination_region
where sums.is_billable
    and {conditions}
order by sums.start_time_utc, sums.leg_id
limit $limit
