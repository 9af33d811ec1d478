-- How many days have which status.
select status, count(*) as days, min(usage_date) as first_day, max(usage_date) as last_day
from day_status
group by status
order by first_day
