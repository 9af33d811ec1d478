with legs as (
    select * from {{ ref('int_latest_attempt') }}
)

select
    usage_date,
    {{ leg_offender() }}
from legs
where is_billable and leg_type in ('primary', 'transfer') and coalesce(billing_seconds, 0) <= 0
