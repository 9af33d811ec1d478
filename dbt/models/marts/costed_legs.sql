{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_accepted_days'}
) }}
-- What stood here before is looked at first (figure_changes).
-- depends_on: {{ ref('int_costed_before') }}
with attempt as (
    select * from {{ ref('int_costed_attempt') }}
)

select
    {{ costed_leg_columns() | join(',\n    ') }}
from attempt
where usage_date in {{ computed_days() }}
{{ restored_rows('costed_legs', costed_leg_columns(), later_leg_columns()) }}
