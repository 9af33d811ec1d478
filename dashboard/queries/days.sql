-- One row per UTC day of a range and what its figures are worth; the newest last.
select usage_date, status, reason
from day_status
where usage_date between $first and $last
order by usage_date
