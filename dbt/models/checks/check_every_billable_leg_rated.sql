with legs as (
    select * from {{ ref('int_latest_attempt') }}
)

select
    usage_date,
    {{ leg_offender() }}
from legs
where is_billable and total_cost is null
