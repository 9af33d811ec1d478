{#- A day restated to nothing has no row here, as an empty day has none in cpm_daily. -#}
with closed as (
    select * from {{ ref('cpm_daily') }}
),

restated_days as (
    select distinct usage_date from {{ ref('int_restated_versions') }}
),

restated as (
    select * from {{ ref('int_restated_daily') }}
)

{% set columns = [
    'usage_date', 'carrier_name', 'destination_region', 'currency', 'legs', 'unrated_legs', 'media_seconds',
    'raw_seconds', 'billed_seconds', 'media_minutes', 'raw_minutes', 'billed_minutes', 'total_cost', 'cpm', 'is_final'
] -%}
select
    {{ columns | join(',\n    ') }},
    case when is_final then 1 end as version
from closed
where usage_date not in (select usage_date from restated_days)
union all
select
    {{ columns | join(',\n    ') }},
    version
from restated
