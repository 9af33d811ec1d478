{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_accepted_days'}
) }}
with legs as (
    select *
    from {{ ref('costed_legs') }}
    where is_billable and usage_date in {{ computed_days() }}
),

prefixes as (
    select
        usage_date,
        carrier_name,
        coalesce(matched_prefix, '(none)') as prefix,
        currency,
        max(destination_region) as destination_region,
        max(rate_per_minute) as rate_per_minute,
        is_final,
        {{ sums_of_legs() }}
    from legs
    group by usage_date, carrier_name, coalesce(matched_prefix, '(none)'), currency, is_final
)

select
    usage_date,
    carrier_name,
    prefix,
    currency,
    destination_region,
    rate_per_minute,
    {{ published_sums() }},
    is_final
from prefixes
{{ restored_rows('cpm_by_prefix', [
    'usage_date', 'carrier_name', 'prefix', 'currency', 'destination_region', 'rate_per_minute'
] + published_sum_columns() + ['is_final']) }}
