{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_accepted_days'}
) }}
with hours as (
    select *
    from {{ ref('cpm_hourly') }}
    where usage_date in {{ computed_days() }}
),

days as (
    select
        usage_date,
        carrier_name,
        destination_region,
        currency,
        is_final,
        {{ sums_of_sums() }}
    from hours
    group by usage_date, carrier_name, destination_region, currency, is_final
)

select
    usage_date,
    carrier_name,
    destination_region,
    currency,
    {{ published_sums() }},
    is_final
from days
{{ restored_rows('cpm_daily', [
    'usage_date', 'carrier_name', 'destination_region', 'currency'
] + published_sum_columns() + ['is_final']) }}
