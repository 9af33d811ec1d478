{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_run_days', 'days_where': 'is_costed_from_files'}
) }}
-- depends_on: {{ ref('int_run_days') }}
with rejects as (
    select * from {{ ref('stg_usage__rejects') }}
),

settings as (
    select publish_numbers from {{ source('run', 'run') }}
)

select
    rejects.usage_date,
    rejects.extraction_id,
    rejects.source_file_sha256,
    rejects.page_number,
    rejects.position,
    rejects.leg_id,
    rejects.reason,
    case when settings.publish_numbers = 'full' then rejects.raw_text else {{ mask_numbers('rejects.raw_text') }} end
        as raw_text,
    rejects.received_at_utc
from rejects
cross join settings
