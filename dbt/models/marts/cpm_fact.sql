{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_accepted_days'}
) }}
with legs as (
    select *
    from {{ ref('costed_legs') }}
    where usage_date in (select usage_date from {{ ref('int_accepted_days') }})
)

select
    leg_id,
    call_id,
    {{ date_key('usage_date') }} as date_key,
    usage_date,
    start_time_utc,
    carrier_name,
    destination_region,
    matched_prefix,
    leg_type,
    is_fallback,
    rating_status,
    media_seconds,
    raw_seconds,
    raw_minutes,
    billed_seconds,
    billed_minutes,
    rate_per_minute,
    total_cost,
    currency,
    is_final
from legs
where is_billable and total_cost is not null
