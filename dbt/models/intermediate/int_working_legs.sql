{{ config(materialized='view') }}
{#- Every day has one source: a costed day its extractions, a day that is costed again its stored legs, and the day
    before either (needed by D15) its extractions if the run has them, else its stored legs. -#}
with received as (
    select * from {{ ref('stg_usage__legs') }}
),

run_days as (
    select * from {{ ref('int_run_days') }}
),

excluded as (
    select * from {{ ref('int_excluded_copies') }}
),

recosted_days as (
    select usage_date from run_days where is_recosted
),

file_days as (
    select asked_day as usage_date
    from {{ source('run', 'usage_files') }}
    where {{ is_asked_day_of_run('asked_day') }}
    union
    select usage_date from run_days where is_costed_from_files
),

stored_days as (
    select usage_date from recosted_days
    union
    select usage_date - 1 as usage_date
    from recosted_days
    where usage_date - 1 not in (select usage_date from file_days)
),

stored as (
    select *
    from {{ earlier_rows('normalized_usage', leg_columns()) }}
    where usage_date in (select usage_date from stored_days)
)

select {{ leg_columns().keys() | join(', ') }}
from received
where
    usage_date not in (select usage_date from recosted_days)
    and not exists (
        select 1
        from excluded
        where
            excluded.copy_source = 'received'
            -- an extraction's id is one of its day: two days read at one instant (a stopped clock) have the same
            and excluded.asked_day = received.asked_day
            and excluded.extraction_id = received.extraction_id
            and excluded.page_number = received.page_number
            and excluded.position = received.position
    )
union all
select {{ leg_columns().keys() | join(', ') }}
from stored
where not exists (
    select 1
    from excluded
    where excluded.copy_source = 'stored' and excluded.usage_date = stored.usage_date
        and excluded.leg_id = stored.leg_id
)
