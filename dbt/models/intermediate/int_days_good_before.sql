-- Read before day_status replaces it (it depends on this model for that).
select usage_date
from {{ earlier_rows('day_status', {'usage_date': 'date', 'last_good_at_utc': 'timestamp'}, database='cpm') }}
where last_good_at_utc is not null
    and usage_date in (select usage_date from {{ ref('int_accepted_days') }})
    and usage_date < (select open_day from {{ source('run', 'run') }})
