{{ config(materialized='incremental', incremental_strategy='append') }}
{#- A log, so that a run that was killed after the leg left its day still has that day costed again by the next one. -#}
select usage_date, leg_id
from {{ ref('int_excluded_copies') }}
where copy_source = 'stored'
