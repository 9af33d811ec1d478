{{ config(materialized='view') }}
select usage_date, run_id, built_at_utc, is_finalizing, is_restored, is_costed_from_files
from {{ ref('int_day_gate') }}
where is_accepted
