{#- The narrow copy of the card that a run prices with, amounts as integers (D9). The id lives for one run only. -#}
with cards as (
    select * from {{ ref('rate_card_dimension') }}
),

span as (
    select min(usage_date) as first_date, max(usage_date) as last_date
    from {{ ref('int_run_days') }}
    where is_costed
)

select
    row_number() over () as card_id,
    cards.carrier_name,
    cards.prefix,
    length(cards.prefix) as prefix_length,
    cards.valid_from,
    cards.valid_to,
    cards.destination_region,
    cards.rate_per_minute,
    cast({{ to_units('cards.rate_per_minute', 8) }} as bigint) as rate_e8,
    cards.connection_fee,
    cast(cards.initial_increment_seconds as bigint) as initial_increment_seconds,
    cast(cards.increment_seconds as bigint) as increment_seconds,
    cast(cards.minimum_seconds as bigint) as minimum_seconds,
    cards.currency,
    cards.source_file_sha256
from cards
inner join span
    on cards.valid_from <= span.last_date and (cards.valid_to is null or span.first_date < cards.valid_to)
