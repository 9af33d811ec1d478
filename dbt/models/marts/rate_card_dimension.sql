with cards as (
    {{ latest_delivered(ref('stg_reference__rate_cards'), ['carrier_name', 'prefix', 'effective_date']) }}
),

contracts as (
    select * from {{ ref('carrier_contract_terms') }}
),

-- Whether "valid to 31 January" includes that day is said by the contract in force on that day.
with_stated_end as (
    select
        cards.*,
        case when contracts.expiry_is_inclusive then cards.expiry_date + 1 else cards.expiry_date end
            as stated_valid_to,
        lead(cards.effective_date) over (
            partition by cards.carrier_name, cards.prefix order by cards.effective_date
        ) as next_valid_from
    from cards
    left join contracts
        on cards.carrier_name = contracts.carrier_name and {{ holds('contracts', 'cards.expiry_date') }}
)

select
    carrier_name,
    prefix,
    destination_region,
    rate_per_minute,
    effective_date,
    expiry_date,
    country_code,
    connection_fee,
    initial_increment_seconds,
    increment_seconds,
    minimum_seconds,
    currency,
    effective_date as valid_from,
    least(stated_valid_to, next_valid_from) as valid_to,
    stated_valid_to,
    next_valid_from,
    source_file_sha256,
    line_number,
    received_at_utc
from with_stated_end
