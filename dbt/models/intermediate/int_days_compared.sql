{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_reconciled_days'}
) }}
select
    days.usage_date,
    run.as_of_utc as compared_at_utc
from {{ ref('int_reconciled_days') }} as days
cross join {{ source('run', 'run') }} as run
