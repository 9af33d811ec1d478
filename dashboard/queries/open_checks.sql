-- One row per day × check that fails and that nobody has waived, the latest day first.
select usage_date, check_name, asset_name, severity, failing_rows
from check_results
where not is_passed and not coalesce(is_waived, false)
order by usage_date desc, severity, check_name
