{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_restated_days'}
) }}
select
    usage_date,
    version,
    carrier_name,
    destination_region,
    currency,
    legs_delta,
    unrated_legs_delta,
    billed_seconds_delta,
    billed_minutes_delta,
    total_cost_delta
from {{ lake_rows('restated_versions', 'restatements_path', 'true', 'empty_restatements') }}
where usage_date in (select usage_date from {{ ref('int_restated_days') }})
