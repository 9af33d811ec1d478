{{ config(materialized='view') }}
with gate as (
    select usage_date, is_accepted from {{ ref('int_day_gate') }} where is_costed
)

select {{ costed_leg_columns() | join(', ') }}
from {{ ref('costed_legs') }}
where usage_date in (select usage_date from gate where is_accepted)
union all
select {{ costed_leg_columns() | join(', ') }}
from {{ ref('costed_legs_rejected') }}
where usage_date in (select usage_date from gate where not is_accepted)
