-- A day that was never received whole has legs that nobody knows yet: its lines are not missing from usage (D23).
with days as (
    select * from {{ source('run', 'days') }}
)

select usage_date
from days
where is_reconciled
    and extraction_state = 'complete'
