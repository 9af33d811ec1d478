-- A leg counted twice is money counted twice.
select leg_id
from {{ ref('costed_legs') }}
where usage_date in (select usage_date from {{ ref('int_accepted_days') }})
group by leg_id
having count(*) > 1
