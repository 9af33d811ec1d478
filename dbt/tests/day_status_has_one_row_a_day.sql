-- Two states of one day would make every join with day_status count twice.
select usage_date
from {{ ref('day_status') }}
group by usage_date
having count(*) > 1
