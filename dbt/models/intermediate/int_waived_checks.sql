{{ config(materialized='view') }}
{#- A waiver is for closing a day: a provisional one has time to be mended. -#}
with waivers as (
    select usage_date, check_name, {{ shortened('person') }} || ' (' || {{ shortened('reason', 200) }} || ')' as words
    from {{ ref('stg_reference__waivers') }}
),

closing_days as (
    select usage_date from {{ ref('int_run_days') }} where is_finalizing
)

select
    usage_date,
    check_name,
    string_agg(distinct words, ', ' order by words) as waived_by
from waivers
where usage_date in (select usage_date from closing_days)
group by usage_date, check_name
