-- One row: the first and the last UTC hour that begin in the chosen local days (D1), between which are all others: no
-- zone's day has gone back by a clock's change. A zone is asked once an hour instead of once a row: two years are 17,568
-- hours and many million rows.
select min(hour_utc) as first_hour_utc, max(hour_utc) as last_hour_utc
from range(
    cast($first as timestamp) - interval 1 day, cast($last as timestamp) + interval 2 days, interval 1 hour
) as hours(hour_utc)
where cast(timezone($zone, timezone('UTC', hour_utc)) as date) between $first and $last
