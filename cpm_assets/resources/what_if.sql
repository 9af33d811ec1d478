-- One row per destination region and prefix of ours × region and prefix of the candidate × both currencies: the traffic
-- as it was charged, and as the candidate would charge it. Made of `traffic` (the legs as costed) and `int_costed_attempt`
-- (the same legs, priced as the candidate's). It holds no number and no leg.
--
-- A leg without a price is counted and in no sum, on either side (D4). An attempt that a side does not bill costs nothing
-- there, which is a cost. `saving` compares only legs that both sides price, in one currency (D27).
with ours as (
    select
        leg_id,
        is_billable,
        destination_region,
        matched_prefix,
        currency,
        billed_seconds,
        case when is_billable then total_cost else 0 end as cost
    from memory.main.traffic
),

theirs as (
    select
        leg_id,
        is_billable,
        rating_status,
        case when rating_status = 'rated' then destination_region else '(unrated)' end as destination_region,
        matched_prefix,
        currency,
        billed_seconds,
        case when not is_billable then 0 when rating_status = 'rated' then total_cost end as cost
    from warehouse.main.int_costed_attempt
),

-- What costs nothing is in the currency of the other side: zero has none of its own.
pairs as (
    select
        coalesce(ours.destination_region, '(not billed)') as destination_region,
        ours.matched_prefix as prefix,
        case when ours.is_billable then ours.currency else theirs.currency end as currency,
        case when theirs.is_billable then theirs.destination_region else '(not billed)' end
            as candidate_destination_region,
        theirs.matched_prefix as candidate_prefix,
        case when theirs.is_billable then theirs.currency else ours.currency end as candidate_currency,
        ours.billed_seconds,
        ours.cost,
        theirs.billed_seconds as candidate_billed_seconds,
        theirs.cost as candidate_cost,
        ours.cost is not null and theirs.cost is not null as is_compared
    from ours
    inner join theirs on ours.leg_id = theirs.leg_id
    where ours.is_billable or theirs.is_billable
)

select
    $carrier_name as carrier_name,
    $candidate_carrier_name as candidate_carrier_name,
    destination_region,
    prefix,
    currency,
    candidate_destination_region,
    candidate_prefix,
    candidate_currency,
    count(*) as legs,
    count(*) - count(cost) as unrated_legs,
    cast(coalesce(sum(billed_seconds) filter (where cost is not null), 0) as bigint) as billed_seconds,
    cast(sum(cost) as decimal(18, 6)) as total_cost,
    count(*) - count(candidate_cost) as candidate_unrated_legs,
    cast(coalesce(sum(candidate_billed_seconds) filter (where candidate_cost is not null), 0) as bigint)
        as candidate_billed_seconds,
    cast(sum(candidate_cost) as decimal(18, 6)) as candidate_cost,
    count(*) filter (where is_compared and currency = candidate_currency) as compared_legs,
    cast(sum(cost) filter (where is_compared and currency = candidate_currency) as decimal(18, 6)) as compared_cost,
    cast(sum(candidate_cost) filter (where is_compared and currency = candidate_currency) as decimal(18, 6))
        as compared_candidate_cost,
    cast(sum(cost - candidate_cost) filter (where is_compared and currency = candidate_currency) as decimal(18, 6))
        as saving
from pairs
group by
    destination_region, prefix, currency, candidate_destination_region, candidate_prefix, candidate_currency
order by
    destination_region, prefix, currency, candidate_destination_region, candidate_prefix, candidate_currency
