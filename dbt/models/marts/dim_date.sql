with days as (
    select {{ day_spine('first_day', 'open_day') }} as usage_date from {{ source('run', 'run') }}
)

select
    {{ date_key('usage_date') }} as date_key,
    usage_date,
    {{ iso_week('usage_date') }} as iso_week,
    {{ month_text('usage_date') }} as month
from days
