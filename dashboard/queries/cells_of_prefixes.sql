-- One row per period, carrier and prefix: sums of every UTC day, however long ago. Fees are not told apart here.
select
    sums.usage_date >= $later_first as is_later,
    sums.carrier_name,
    sums.prefix,
    sum(sums.billed_seconds) as billed_seconds,
    sum(sums.total_cost) as total_cost,
    cast(null as decimal(18, 6)) as fees
from cpm_by_prefix as sums
where sums.currency = $currency
    and (
        sums.usage_date between $earlier_first and $earlier_last
        or sums.usage_date between $later_first and $later_last
    )
    and {chosen}
group by all
