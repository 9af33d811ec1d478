-- Joins each UTC hour that can be in the chosen local days with the local day in which it begins (D1). A zone is asked
-- once an hour instead of once a row: two years are 17,568 hours and many million rows.
join (
    select
        hour_utc,
        cast(timezone($zone, timezone('UTC', hour_utc)) as date) as local_day
    from range(
        cast($first as timestamp) - interval 1 day, cast($last as timestamp) + interval 2 days, interval 1 hour
    ) as hours(hour_utc)
) as hours on {hour_utc} = hours.hour_utc
