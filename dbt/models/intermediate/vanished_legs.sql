{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_run_days', 'days_where': 'is_costed_from_files'}
) }}
{#- Compared with the older sweeps in the lake, not with what this table or the day held before: so a rebuild, which
    replays a day's last build only, counts the same legs. -#}
with run_days as (
    select usage_date from {{ ref('int_run_days') }} where is_costed_from_files
),

received as (
    select leg_id from {{ ref('stg_usage__legs') }}
),

once_received as (
    select distinct asked_day as usage_date, leg_id
    from {{ lake_rows('superseded_sweeps', 'legs_path', 'true', 'empty_legs') }}
    where cast(start_time_utc as date) = asked_day
)

select once_received.usage_date, once_received.leg_id
from once_received
inner join run_days on once_received.usage_date = run_days.usage_date
where not exists (select 1 from received where received.leg_id = once_received.leg_id)
