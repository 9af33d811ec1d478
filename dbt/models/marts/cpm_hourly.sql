{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_accepted_days'}
) }}
with legs as (
    select *
    from {{ ref('costed_legs') }}
    where is_billable and usage_date in {{ computed_days() }}
),

hours as (
    select
        usage_date,
        date_trunc('hour', start_time_utc) as usage_hour_utc,
        carrier_name,
        destination_region,
        leg_type,
        currency,
        is_final,
        {{ sums_of_legs() }}
    from legs
    group by
        usage_date, date_trunc('hour', start_time_utc), carrier_name, destination_region, leg_type, currency, is_final
)

select
    usage_date,
    usage_hour_utc,
    carrier_name,
    destination_region,
    leg_type,
    currency,
    {{ published_sums() }},
    is_final
from hours
{{ restored_rows('cpm_hourly', [
    'usage_date', 'usage_hour_utc', 'carrier_name', 'destination_region', 'leg_type', 'currency'
] + published_sum_columns() + ['is_final']) }}
