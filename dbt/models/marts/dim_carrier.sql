with known_names as (
    select distinct carrier_name from {{ ref('rate_card_dimension') }}
    union
    select distinct carrier_name from {{ ref('carrier_contract_terms') }}
    union
    select distinct carrier_name from {{ ref('cpm_daily') }} where carrier_name is not null
),

run as (
    select open_day from {{ source('run', 'run') }}
),

terms as (
    select terms.*
    from {{ ref('carrier_contract_terms') }} as terms
    cross join run
    where {{ holds('terms', 'run.open_day') }}
),

-- The steps that its card's rows have: their own pair, else the contract's, else 1/1 (D7).
card_steps as (
    select distinct
        cards.carrier_name,
        coalesce(cards.initial_increment_seconds, terms.initial_increment_seconds, 1) as initial_increment_seconds,
        case
            when cards.initial_increment_seconds is not null then cards.increment_seconds
            else coalesce(terms.increment_seconds, 1)
        end as increment_seconds
    from {{ ref('rate_card_dimension') }} as cards
    cross join run
    left join terms on cards.carrier_name = terms.carrier_name
    where {{ holds('cards', 'run.open_day') }}
),

ordered_steps as (
    select
        *,
        initial_increment_seconds || '/' || increment_seconds as steps_text,
        row_number() over (
            partition by carrier_name order by initial_increment_seconds, increment_seconds
        ) as from_least,
        row_number() over (
            partition by carrier_name order by initial_increment_seconds desc, increment_seconds desc
        ) as from_greatest
    from card_steps
),

steps as (
    select
        carrier_name,
        count(*) as ways,
        min(initial_increment_seconds) as initial_increment_seconds,
        min(increment_seconds) as increment_seconds,
        max(steps_text) filter (where from_least = 1) as least_steps,
        max(steps_text) filter (where from_greatest = 1) as greatest_steps
    from ordered_steps
    group by carrier_name
),

-- The card's own fees and minimums come before the contract's; whether there are any tells whether to say so.
card_terms as (
    select
        cards.carrier_name,
        count(*) filter (where cards.connection_fee is not null) as rows_with_fee,
        count(*) filter (where cards.minimum_seconds is not null) as rows_with_minimum
    from {{ ref('rate_card_dimension') }} as cards
    cross join run
    where {{ holds('cards', 'run.open_day') }}
    group by cards.carrier_name
),

resolved as (
    select
        known_names.carrier_name,
        terms.carrier_name is not null as has_contract,
        coalesce(steps.ways, 1) as ways_of_steps,
        steps.least_steps,
        steps.greatest_steps,
        coalesce(steps.initial_increment_seconds, terms.initial_increment_seconds, 1) as initial_increment_seconds,
        coalesce(steps.increment_seconds, terms.increment_seconds, 1) as increment_seconds,
        coalesce(terms.increment_rule, 'relative') as increment_rule,
        coalesce(terms.minimum_seconds, 0) as minimum_seconds,
        coalesce(card_terms.rows_with_minimum, 0) > 0 as has_card_minimums,
        coalesce(terms.connection_fee, 0) as connection_fee,
        coalesce(card_terms.rows_with_fee, 0) > 0 as has_card_fees,
        coalesce(terms.bills_attempts, false) as bills_attempts,
        coalesce(terms.attempt_fee, 0) as attempt_fee,
        coalesce(terms.rounding_mode, 'half_up') as rounding_mode,
        coalesce(terms.rounding_decimals, 6) as rounding_decimals,
        coalesce(terms.currency, 'USD') as currency
    from known_names
    left join terms on known_names.carrier_name = terms.carrier_name
    left join steps on known_names.carrier_name = steps.carrier_name
    left join card_terms on known_names.carrier_name = card_terms.carrier_name
)

select
    carrier_name,
    case
        when ways_of_steps > 1
            then
                'steps by rate-card row, ' || least_steps || case when ways_of_steps = 2 then ' or ' else ' … ' end
                || greatest_steps || ' seconds (first/next)'
        when initial_increment_seconds = increment_seconds then increment_seconds || '-second steps'
        when increment_rule = 'absolute'
            then increment_seconds || '-second steps, at least ' || initial_increment_seconds || ' seconds'
        else increment_seconds || '-second steps after the first ' || initial_increment_seconds || ' seconds'
    end
    || case
        when has_card_minimums then ', minimum by rate-card row'
        when minimum_seconds > 0 then ', minimum ' || minimum_seconds || ' seconds'
        else ''
    end
    || '; each leg rounded ' || case rounding_mode when 'half_up' then 'half up' else rounding_mode end
    || ' to ' || rounding_decimals || case when rounding_decimals = 1 then ' decimal' else ' decimals' end
    || case
        when has_card_fees then '; connection fee by rate-card row'
        when connection_fee > 0 then '; connection fee ' || {{ plain_amount('connection_fee') }} || ' ' || currency
        else ''
    end
    || case
        when bills_attempts then '; unanswered attempts ' || {{ plain_amount('attempt_fee') }} || ' ' || currency
        else ''
    end
    || case when has_contract then '' else ' (no contract: the defaults)' end as rounding_rule_text
from resolved
