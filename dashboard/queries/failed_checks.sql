-- One row per UTC day of the range and check that failed on it.
select usage_date, check_name, severity, failing_rows, is_waived
from check_results
where not is_passed and usage_date between $first and $last
order by usage_date, severity, check_name
