-- One row per cell that a build moved after it was published, the latest first: yesterday it said something else.
select changed_at_utc, usage_date, carrier_name, destination_region, currency, cause, total_cost_before, total_cost_after,
    cpm_before, cpm_after, count(*) over () as changes
from figure_changes
order by changed_at_utc desc, abs(total_cost_delta) desc nulls last, usage_date, carrier_name, destination_region
limit $most
