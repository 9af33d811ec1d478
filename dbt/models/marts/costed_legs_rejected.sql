{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_day_gate', 'days_where': 'is_costed'}
) }}
with attempt as (
    select * from {{ ref('int_costed_attempt') }}
),

rejected_days as (
    select usage_date from {{ ref('int_day_gate') }} where is_costed and not is_accepted
)

select
    {%- for column in costed_leg_columns() %}
    {{ 'false as is_final' if column == 'is_final' else column }},
    {%- endfor %}
    run_id
from attempt
where usage_date in (select usage_date from rejected_days)
{%- if not has_rows(ref('int_day_gate'), 'is_costed and not is_accepted') %}
    -- No day of the run is rejected: without this the whole run would be priced again to find none.
    and false
{%- endif %}
