{{ config(materialized='view') }}
with cards as (
    select * from {{ ref('int_run_cards') }}
),

longest as (
    select max(prefix_length) as prefix_length from cards
),

-- The head is empty for what is not billable, so that the joins below are on nothing but equal columns.
legs as (
    select
        terms.*,
        case when terms.is_billable then left(terms.destination_digits, longest.prefix_length) end as number_head
    from {{ ref('int_leg_terms') }} as terms
    cross join longest
),

priced_numbers as (
    select * from {{ ref('int_priced_numbers') }} where card_id is not null
),

settings as (
    select publish_numbers from {{ source('run', 'run') }}
),

with_card as (
    select
        legs.*,
        cards.card_id is not null as has_rate,
        cards.prefix as matched_prefix,
        cards.destination_region as card_region,
        cards.source_file_sha256 as rate_card_file_sha256,
        cards.rate_per_minute,
        cards.rate_e8,
        {{ taken_as_pair(
            'cards.initial_increment_seconds', 'cards.initial_increment_seconds',
            'legs.contract_initial_increment_seconds', 'legs.contract_initial_increment_seconds'
        ) }} as initial_increment_seconds,
        {{ taken_as_pair(
            'cards.initial_increment_seconds', 'cards.increment_seconds',
            'legs.contract_initial_increment_seconds', 'legs.contract_increment_seconds'
        ) }} as increment_seconds,
        coalesce(cards.minimum_seconds, legs.contract_minimum_seconds, 0) as minimum_seconds,
        coalesce(cards.connection_fee, legs.contract_connection_fee, 0) as connection_fee,
        -- The fee of a billed attempt is its own carrier's, whoever prices the number; so is its currency.
        coalesce(
            case when legs.is_billed_attempt then legs.own_currency end, cards.currency,
            case when not legs.is_billed_attempt then legs.contract_currency end, 'USD'
        ) as currency
    from legs
    left join priced_numbers
        on
            legs.usage_date = priced_numbers.usage_date
            and legs.priced_by_carrier = priced_numbers.priced_by_carrier
            and legs.number_head = priced_numbers.number_head
    left join cards on priced_numbers.card_id = cards.card_id
),

with_seconds as (
    select
        *,
        case
            when is_billed_attempt then cast(0 as bigint)
            when is_billed_call
                then {{ billed_seconds(
                    'billing_seconds', 'initial_increment_seconds', 'increment_seconds', 'increment_rule',
                    'minimum_seconds'
                ) }}
        end as billed_seconds,
        is_billed_attempt or (is_billed_call and has_rate and not is_zero_billing) as has_cost
    from with_card
),

with_cost as (
    select
        *,
        case
            when has_cost
                then {{ from_units(charge_e6(
                    'billed_seconds',
                    'case when is_billed_attempt then 0 else rate_e8 end',
                    to_units('case when is_billed_attempt then own_attempt_fee else connection_fee end', 6),
                    'rounding_mode',
                    'rounding_decimals'
                ), 6) }}
        end as total_cost
    from with_seconds
)

select
    {%- for column in leg_columns() if column != 'destination_number' %}
    {{ column }},
    {%- endfor %}
    {{ published_number('destination_number', 'destination_digits', 'matched_prefix', 'settings.publish_numbers') }}
        as destination_number,
    leg_type,
    is_fallback,
    is_in_progress,
    is_billable,
    excluded_reason,
    case
        when not is_billable then 'not_billable'
        when is_unknown_carrier then 'unknown_carrier'
        when is_zero_billing then 'zero_billing'
        when has_cost then 'rated'
        else 'no_rate'
    end as rating_status,
    case when is_billable then priced_by_carrier end as priced_by_carrier,
    case
        when not is_billable then null
        when has_cost and card_region is not null then card_region
        else '(unrated)'
    end as destination_region,
    matched_prefix,
    rate_card_file_sha256,
    rate_per_minute,
    case when is_billed_call then initial_increment_seconds end as initial_increment_seconds,
    case when is_billed_call then increment_seconds end as increment_seconds,
    case when is_billed_call then increment_rule end as increment_rule,
    case when is_billed_call then minimum_seconds end as minimum_seconds,
    case
        when is_billed_attempt then cast(0 as decimal(18, 6))
        when is_billed_call then cast(connection_fee as decimal(18, 6))
    end as connection_fee,
    case when is_billed_attempt then own_attempt_fee end as attempt_fee,
    case when is_billable then rounding_mode end as rounding_mode,
    case when is_billable then rounding_decimals end as rounding_decimals,
    billing_seconds as raw_seconds,
    {{ minutes('billing_seconds') }} as raw_minutes,
    billed_seconds,
    {{ minutes('billed_seconds') }} as billed_minutes,
    total_cost,
    case when is_billable then currency end as currency,
    is_finalizing as is_final,
    run_id
from with_cost
cross join settings
