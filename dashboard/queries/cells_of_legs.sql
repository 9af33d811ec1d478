-- One row per period, carrier and prefix: sums over the rated legs, with what of their cost is fees: the connection fee
-- of an answered leg (what rounding did to the leg is with its minutes), and the whole cost of an attempt.
select
    sums.usage_date >= $later_first as is_later,
    sums.carrier_name,
    coalesce(sums.matched_prefix, '(none)') as prefix,
    sum(sums.billed_seconds) as billed_seconds,
    sum(sums.total_cost) as total_cost,
    sum(case when sums.leg_type = 'attempt' then sums.total_cost else coalesce(sums.connection_fee, 0) end) as fees
from costed_legs as sums
where sums.is_billable
    and sums.total_cost is not null
    and sums.currency = $currency
    and (
        sums.usage_date between $earlier_first and $earlier_last
        or sums.usage_date between $later_first and $later_last
    )
    and {chosen}
group by all
