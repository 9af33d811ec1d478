{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_run_days', 'days_where': 'is_costed'}
) }}
with legs as (
    select * from {{ ref('int_working_legs') }}
),

run_days as (
    select usage_date from {{ ref('int_run_days') }} where is_costed
),

roles as (
    select * from {{ ref('int_leg_roles') }}
)

select
    {%- for column in leg_columns() %}
    legs.{{ column }},
    {%- endfor %}
    case
        when legs.call_type = 'monitor' then 'monitor'
        when legs.call_type = 'whisper' then 'whisper'
        when legs.direction = 'internal' then 'internal'
        when legs.direction = 'inbound' then 'inbound'
        when legs.call_type is distinct from 'voip' or legs.direction is distinct from 'outbound' then 'other'
        when legs.call_outcome is distinct from 'answered' then 'attempt'
        when roles.is_transfer then 'transfer'
        else 'primary'
    end as leg_type,
    coalesce(roles.is_fallback, false) as is_fallback,
    legs.end_time_utc is null as is_in_progress
from legs
left join roles on legs.leg_id = roles.leg_id
where legs.usage_date in (select usage_date from run_days)
