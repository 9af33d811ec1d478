{#- Both ends are read, not the steps between: what the extractions hold against what was costed, left out with a reason
    or rejected. -#}
with run_days as (
    select usage_date from {{ ref('int_run_days') }} where is_costed_from_files
),

received as (
    select asked_day as usage_date, leg_id
    from {{ ref('stg_usage__legs') }}
    where asked_day in (select usage_date from run_days)
),

costed as (
    select usage_date, leg_id
    from {{ ref('int_latest_attempt') }}
    where usage_date in (select usage_date from run_days)
),

excluded as (
    select asked_day as usage_date, leg_id
    from {{ ref('int_excluded_copies') }}
    where copy_source = 'received' and reason <> 'later_copy_received'
),

offenders as (
    select received.usage_date, received.leg_id, 'received, and neither costed nor left out' as problem
    from received
    left join costed on received.leg_id = costed.leg_id and received.usage_date = costed.usage_date
    where
        costed.leg_id is null
        and not exists (
            select 1 from excluded
            where excluded.leg_id = received.leg_id and excluded.usage_date = received.usage_date
        )
    union
    select costed.usage_date, costed.leg_id, 'costed, and not received' as problem
    from costed
    left join received on costed.leg_id = received.leg_id and costed.usage_date = received.usage_date
    where received.leg_id is null
    union all
    select usage_date, leg_id, 'costed more than once' as problem
    from costed
    group by usage_date, leg_id
    having count(*) > 1
)

select
    usage_date,
    {{ json_text([['leg_id', shortened('leg_id', 80)], ['problem', 'problem']]) }} as offender
from offenders
