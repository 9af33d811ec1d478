-- One row per day of the range and carrier whose rate of a prefix went up or down that day: how many of each, over the
-- chosen carriers and regions. A prefix that is new has no rate to compare with.
with cards as (
    select
        sums.carrier_name,
        sums.valid_from,
        sums.rate_per_minute,
        lag(sums.rate_per_minute) over (
            partition by sums.carrier_name, sums.prefix order by sums.valid_from
        ) as rate_before
    from rate_card_dimension as sums
    where {chosen}
)

select
    valid_from as usage_date,
    carrier_name,
    count(*) filter (where rate_per_minute > rate_before) as rates_up,
    count(*) filter (where rate_per_minute < rate_before) as rates_down
from cards
where rate_per_minute <> rate_before and valid_from between $first and $last
group by all
order by usage_date, carrier_name
