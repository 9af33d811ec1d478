-- One row per UTC day, the latest first.
select usage_date, status, last_good_at_utc, legs_received, legs_rejected, unrated_legs, reason
from day_status
order by usage_date desc
limit $most
