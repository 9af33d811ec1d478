-- One row per UTC day of a range that has no figures, and why: days that are over, of those that the installation keeps.
select usage_date, status
from day_status
where usage_date between $first and $last and status in ('failed', 'rejected', 'missing', 'awaited')
    and last_good_at_utc is null
order by usage_date
