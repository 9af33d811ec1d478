{#- A day that lost a leg to another day (D16) is costed again from what is stored, in the same run. Its loss is carried
    out once the leg is in neither table of costed legs on that day. -#}
with days as (
    select * from {{ source('run', 'days') }}
),

final_days as (
    select usage_date
    from {{ earlier_rows('day_status', {'usage_date': 'date', 'status': 'varchar'}, database='cpm') }}
    where status in ('final', 'restated')
),

displaced as (
    select distinct usage_date, leg_id
    from {{ ref('displaced_legs') }}
    where usage_date not in (select usage_date from final_days)
),

still_costed as (
    select usage_date, leg_id
    from {{ earlier_rows('costed_legs', {'usage_date': 'date', 'leg_id': 'varchar'}, database='cpm') }}
    union all
    select usage_date, leg_id
    from {{ earlier_rows('costed_legs_rejected', {'usage_date': 'date', 'leg_id': 'varchar'}, database='cpm') }}
),

left_today as (
    select usage_date, leg_id from {{ ref('int_excluded_copies') }} where copy_source = 'stored'
),

-- A leg that came back to the day since is stored there, and was costed with it.
stored_again as (
    select stored.usage_date, stored.leg_id
    from {{ earlier_rows('normalized_usage', {'usage_date': 'date', 'leg_id': 'varchar'}) }} as stored
    inner join displaced on stored.usage_date = displaced.usage_date and stored.leg_id = displaced.leg_id
    where not exists (
        select 1 from left_today
        where left_today.usage_date = stored.usage_date and left_today.leg_id = stored.leg_id
    )
),

days_to_recost as (
    select distinct displaced.usage_date
    from displaced
    inner join still_costed
        on displaced.usage_date = still_costed.usage_date and displaced.leg_id = still_costed.leg_id
    where
        displaced.usage_date not in (select usage_date from days where {{ is_costed_from_files() }})
        and not exists (
            select 1 from stored_again
            where stored_again.usage_date = displaced.usage_date and stored_again.leg_id = displaced.leg_id
        )
    union
    select usage_date
    from left_today
    where usage_date not in (select usage_date from days where {{ is_costed_from_files() }})
),

-- Days whose closed figures are read back from their frozen files (D21).
restored_days as (
    select usage_date from {{ source('run', 'freezings') }} where is_restored
),

latest_run as (
    select max(run_id) as run_id, max(built_at_utc) as built_at_utc from days
)

select
    coalesce(days.usage_date, days_to_recost.usage_date) as usage_date,
    coalesce(days.run_id, latest_run.run_id) as run_id,
    coalesce(days.built_at_utc, latest_run.built_at_utc) as built_at_utc,
    coalesce(days.purpose, 'recost') as purpose,
    coalesce(days.is_finalizing and days.is_costed, false) as is_finalizing,
    coalesce(days.usage_date in (select usage_date from restored_days), false) as is_restored,
    coalesce({{ is_costed_from_files() }}, false) as is_costed_from_files,
    days_to_recost.usage_date is not null as is_recosted,
    coalesce({{ is_costed_from_files() }}, false) or days_to_recost.usage_date is not null as is_costed,
    coalesce(days.is_reconciled, false) as is_reconciled,
    coalesce(days.extraction_state, 'none') as extraction_state,
    days.extraction_reason
from days
full outer join days_to_recost on days.usage_date = days_to_recost.usage_date
cross join latest_run
