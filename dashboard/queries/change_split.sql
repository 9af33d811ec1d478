-- One row: how the cost and the CPM of two periods differ, split into parts that add up exactly (docs/dashboard.md).
--
-- A cell is a carrier and a prefix. At the earlier prices the later minutes of a cell would have cost
-- cost_before * seconds_after / seconds_before; a cell that has minutes in one period only has no price to compare
-- with, and counts as it cost. Summed over the cells that is `kept_cost`; `kept_usage` is the same without fees.
--
--   cost   volume: the earlier cost for as many minutes as there are later, less the earlier cost
--          mix:    kept_cost less that; the minutes went to dearer or cheaper carriers and destinations
--          price:  the later cost less kept_cost
--   CPM    mix:    CPM of kept_usage and the earlier fees a minute, less the earlier CPM
--          price:  the same with the later usage instead of kept_usage
--          fees:   the later CPM less that; fees a minute, and no more than them, changed
--
-- Integers of 10^-6 units and exact decimals throughout: each part is the step from one figure to the next, so that
-- what a division leaves falls between two parts and never out of the sum. Without minutes in both periods nothing can
-- be compared: all of the cost's change is volume, and there is no split of CPM; neither is there without `fees`.
with cells as (
    {cells}
),

pairs as (
    select
        cast(coalesce(sum(billed_seconds) filter (where not is_later), 0) as hugeint) as seconds_before,
        cast(coalesce(sum(billed_seconds) filter (where is_later), 0) as hugeint) as seconds_after,
        cast(coalesce(sum(total_cost) filter (where not is_later), 0) * 1000000 as hugeint) as cost_before,
        cast(coalesce(sum(total_cost) filter (where is_later), 0) * 1000000 as hugeint) as cost_after,
        cast(coalesce(sum(fees) filter (where not is_later), 0) * 1000000 as hugeint) as fees_before,
        cast(coalesce(sum(fees) filter (where is_later), 0) * 1000000 as hugeint) as fees_after,
        count(*) = count(fees) as has_fees
    from cells
    group by carrier_name, prefix
),

-- in 10^-12 units, so that what is cut off here is below a millionth of a unit for a million cells
kept as (
    select
        *,
        case when seconds_before > 0 and seconds_after > 0
            then cost_before * 1000000 * seconds_after // seconds_before
            else cost_after * 1000000
        end as kept_cost,
        case when seconds_before > 0 and seconds_after > 0
            then (cost_before - fees_before) * 1000000 * seconds_after // seconds_before
            else (cost_after - fees_after) * 1000000
        end as kept_usage
    from pairs
),

totals as (
    select
        cast(coalesce(sum(seconds_before), 0) as hugeint) as seconds_before,
        cast(coalesce(sum(seconds_after), 0) as hugeint) as seconds_after,
        cast(coalesce(sum(cost_before), 0) as hugeint) as cost_before,
        cast(coalesce(sum(cost_after), 0) as hugeint) as cost_after,
        cast(coalesce(sum(fees_before), 0) as hugeint) as fees_before,
        cast(coalesce(sum(fees_after), 0) as hugeint) as fees_after,
        cast(coalesce(sum(kept_cost), 0) as hugeint) // 1000000 as kept_cost,
        cast(coalesce(sum(kept_usage), 0) as hugeint) // 1000000 as kept_usage,
        coalesce(bool_and(has_fees), false) as has_fees
    from kept
),

comparable as (
    select
        *,
        seconds_before > 0 and seconds_after > 0 as is_comparable,
        case when seconds_before > 0 then cost_before * seconds_after // seconds_before end as cost_of_volume,
        case when seconds_before > 0 then fees_before * seconds_after // seconds_before end as kept_fees
    from totals
),

steps as (
    select
        *,
        case when is_comparable then cost_of_volume else cost_after end as after_volume,
        case when is_comparable then kept_cost else cost_after end as after_mix
    from comparable
),

amounts as (
    select
        seconds_before,
        seconds_after,
        is_comparable and has_fees as has_cpm_split,
        cast(cost_before as decimal(18, 0)) * 0.000001 as cost_before,
        cast(cost_after as decimal(18, 0)) * 0.000001 as cost_after,
        cast(after_volume - cost_before as decimal(18, 0)) * 0.000001 as volume,
        cast(after_mix - after_volume as decimal(18, 0)) * 0.000001 as mix,
        cast(cost_after - after_mix as decimal(18, 0)) * 0.000001 as price,
        cast(kept_usage + kept_fees as decimal(18, 0)) * 0.000001 as cost_at_kept_prices,
        cast(cost_after - fees_after + kept_fees as decimal(18, 0)) * 0.000001 as cost_at_kept_fees
    from steps
),

cpms as (
    select
        *,
        cost_per_minute(cost_before, seconds_before) as cpm_before,
        cost_per_minute(cost_after, seconds_after) as cpm_after,
        case when has_cpm_split then cost_per_minute(cost_at_kept_prices, seconds_after) end as cpm_at_kept_prices,
        case when has_cpm_split then cost_per_minute(cost_at_kept_fees, seconds_after) end as cpm_at_kept_fees
    from amounts
)

select
    cast(seconds_before as bigint) as seconds_before,
    cast(seconds_after as bigint) as seconds_after,
    cost_before,
    cost_after,
    price,
    mix,
    volume,
    cpm_before,
    cpm_after,
    cpm_at_kept_fees - cpm_at_kept_prices as cpm_price,
    cpm_at_kept_prices - cpm_before as cpm_mix,
    cpm_after - cpm_at_kept_fees as cpm_fees
from cpms
