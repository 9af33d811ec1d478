with legs as (
    select * from {{ ref('int_latest_attempt') }}
)

select
    usage_date,
    {{ leg_offender() }}
from legs
where leg_type = 'other'
