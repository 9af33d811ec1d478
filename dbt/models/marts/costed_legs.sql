{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_accepted_days'}
) }}
with attempt as (
    select * from {{ ref('int_costed_attempt') }}
),

accepted_days as (
    select usage_date from {{ ref('int_accepted_days') }}
)

select
    {{ costed_leg_columns() | join(',\n    ') }}
from attempt
where usage_date in (select usage_date from accepted_days)
