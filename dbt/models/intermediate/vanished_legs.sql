{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_run_days', 'days_where': 'is_costed_from_files'}
) }}
{#- Compared with what the day held before this run, so it is read before normalized_usage is replaced. -#}
with run_days as (
    select usage_date from {{ ref('int_run_days') }} where is_costed_from_files
),

received as (
    select leg_id from {{ ref('stg_usage__legs') }}
),

known as (
    select usage_date, leg_id
    from {{ earlier_rows('normalized_usage', {'usage_date': 'date', 'leg_id': 'varchar'}) }}
    where usage_date in (select usage_date from run_days)
    union
    select usage_date, leg_id
    from {{ earlier_rows('vanished_legs', {'usage_date': 'date', 'leg_id': 'varchar'}) }}
    where usage_date in (select usage_date from run_days)
)

select known.usage_date, known.leg_id
from known
where not exists (select 1 from received where received.leg_id = known.leg_id)
