-- How the carrier came to its charge, tried in a fixed order until one gives it to the micro-unit: the rate we hold, the
-- rate of a shorter prefix of the number (destination), of the prefix at another time, the stated one, the one that the
-- invoice implies; each with the seconds that the line states, else those the terms give for its duration, and each
-- under the held terms before those that the invoice was found to be billed by (of a tie nobody knows which they are).
-- Where none gives it: the carrier's own figures, as far as the line states them, and a rest.
with pairs as (
    select
        *,
        {{ terms_key('unkeyed_pairs') }} as held_key
    from {{ ref('int_unequal_pairs') }} as unkeyed_pairs
    where pair_kind = 'priced'
),

inferred as (
    select * from {{ ref('int_inferred_terms') }} where verdict = 'found'
),

priced_rows as (
    select distinct priced_by_carrier as carrier_name, prefix, valid_from, valid_to
    from pairs
    where prefix is not null
),

alternatives as (
    {{ rate_alternatives('priced_rows') }}
),

terms_of_pairs as (
    select
        leg_id,
        0 as terms_rank,
        initial,
        step,
        increment_rule,
        minimum,
        fee_e6,
        rounding_mode,
        rounding_decimals,
        'call' as rounding_scope
    from pairs
    union
    select
        pairs.leg_id,
        case when inferred.prefix is null then 1 else 2 end as terms_rank,
        inferred.initial,
        inferred.step,
        inferred.increment_rule,
        inferred.minimum,
        inferred.fee_e6,
        inferred.rounding_mode,
        inferred.rounding_decimals,
        inferred.rounding_scope
    from pairs
    inner join inferred
        on pairs.carrier_name = inferred.carrier_name
        and pairs.invoice_number = inferred.invoice_number
        and pairs.held_key = inferred.held_key
        and coalesce(inferred.prefix, pairs.prefix, '') = coalesce(pairs.prefix, '')
        and coalesce(inferred.valid_from, pairs.valid_from, date '0001-01-01')
            = coalesce(pairs.valid_from, date '0001-01-01')
),

rates_of_pairs as (
    select leg_id, 0 as rate_rank, 0 as other_rank, 'held' as rate_source, rate_e8
    from pairs
    union all
    select
        pairs.leg_id,
        case alternatives.source when 'destination' then 1 else 2 end as rate_rank,
        alternatives.other_rank,
        alternatives.source as rate_source,
        alternatives.rate_e8
    from pairs
    inner join alternatives
        on pairs.priced_by_carrier = alternatives.carrier_name
        and pairs.prefix = alternatives.prefix
        and pairs.valid_from = alternatives.valid_from
    where alternatives.source = 'window'
        or (
            alternatives.other_valid_from <= pairs.usage_date
            and pairs.usage_date < coalesce(alternatives.other_valid_to, date '9999-12-31')
        )
    union all
    select leg_id, 3 as rate_rank, 0 as other_rank, 'stated' as rate_source, stated_rate_e8 as rate_e8
    from pairs
    where stated_rate_e8 is not null
    union all
    select
        pairs.leg_id,
        4 as rate_rank,
        0 as other_rank,
        'implied' as rate_source,
        inferred.rate_e8
    from pairs
    inner join inferred
        on pairs.carrier_name = inferred.carrier_name
        and pairs.invoice_number = inferred.invoice_number
        and pairs.held_key = inferred.held_key
        and pairs.prefix = inferred.prefix
        and pairs.valid_from = inferred.valid_from
    where inferred.rate_source = 'implied'
),

with_seconds as (
    select
        terms.*,
        rates.rate_rank,
        rates.other_rank,
        rates.rate_source,
        rates.rate_e8 as carrier_rate_e8,
        pairs.carrier_e6,
        pairs.stated_seconds,
        {{ billed_seconds(
            'pairs.carrier_duration', 'terms.initial', 'terms.step', 'terms.increment_rule', 'terms.minimum'
        ) }} as own_seconds,
        {{ billed_seconds(
            'pairs.carrier_duration', 'terms.initial', 'terms.step', 'terms.increment_rule', 'pairs.minimum'
        ) }} as own_seconds_at_our_minimum
    from pairs
    inner join terms_of_pairs as terms on pairs.leg_id = terms.leg_id
    inner join rates_of_pairs as rates on pairs.leg_id = rates.leg_id
),

tried as (
    select
        *,
        0 as seconds_rank,
        stated_seconds as carrier_seconds,
        case when stated_seconds = own_seconds then own_seconds_at_our_minimum else stated_seconds end
            as seconds_at_our_minimum
    from with_seconds
    where stated_seconds is not null
    union all
    select
        *,
        1 as seconds_rank,
        own_seconds as carrier_seconds,
        own_seconds_at_our_minimum as seconds_at_our_minimum
    from with_seconds
    where own_seconds is distinct from stated_seconds
),

charged as (
    select
        *,
        {{ charge_under_terms_e6('carrier_seconds', 'carrier_rate_e8', 'tried') }} as tried_e6
    from tried
),

ranked as (
    select
        *,
        row_number() over (
            partition by leg_id
            order by
                case when tried_e6 = carrier_e6 then 0 else 1 end,
                -- Without an answer: the stated rate before ours, the stated seconds, the terms found last.
                case when tried_e6 = carrier_e6 then rate_rank when rate_rank = 3 then -1 else rate_rank end,
                other_rank,
                case when tried_e6 = carrier_e6 then terms_rank else -terms_rank end,
                seconds_rank,
                initial,
                step
        ) as choice
    from charged
)

select
    leg_id,
    rate_source,
    terms_rank,
    carrier_rate_e8,
    carrier_seconds,
    seconds_at_our_minimum,
    initial,
    step,
    fee_e6,
    rounding_mode,
    rounding_decimals,
    rounding_scope,
    tried_e6
from ranked
where choice = 1
