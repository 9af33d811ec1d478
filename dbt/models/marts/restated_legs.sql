{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_restated_days'}
) }}
select
    usage_date,
    version,
    leg_id,
    change,
    cause,
    carrier_name,
    destination_region,
    billed_seconds_before,
    billed_seconds_after,
    total_cost_before,
    total_cost_after,
    currency_before,
    currency_after
from {{ lake_rows('restated_versions', 'changes_path', 'true', 'empty_restated_legs') }}
where usage_date in (select usage_date from {{ ref('int_restated_days') }})
