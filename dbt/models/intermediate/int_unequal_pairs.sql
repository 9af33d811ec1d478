-- Pairs whose charges are equal need no explanation and are left out first: what follows costs by the disagreement, not
-- by the invoice. Our price and the carrier's figures stand here as the integers of rating (D9).
with reconciled as (
    select * from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from {{ ref('int_reconciled_days') }})
        and leg_id is not null
        and line_number is not null
        and (charge_delta is null or charge_delta <> 0)
),

legs as (
    select * from {{ ref('int_invoice_legs') }}
),

lines as (
    select * from {{ ref('int_invoice_lines') }}
),

cards as (
    select * from {{ ref('rate_card_dimension') }}
)

select
    reconciled.usage_date,
    reconciled.carrier_name,
    reconciled.invoice_number,
    reconciled.line_number,
    reconciled.leg_id,
    reconciled.currency,
    reconciled.carrier_currency,
    case
        when reconciled.currency <> reconciled.carrier_currency then 'other_currency'
        when reconciled.carrier_charge < 0 or lines.line_kind = 'credit' then 'taken_back'
        when reconciled.internal_charge is null and legs.rating_status = 'zero_billing' then 'no_seconds'
        when reconciled.internal_charge is null or legs.rate_per_minute is null and legs.leg_type <> 'attempt'
            then 'no_rate'
        when legs.leg_type = 'attempt' and coalesce(lines.duration_seconds, 0) = 0
            and coalesce(lines.billed_minutes, 0) = 0 then 'attempt'
        when legs.leg_type = 'attempt' then 'no_seconds'
        else 'priced'
    end as pair_kind,
    cast(coalesce({{ to_units('reconciled.internal_charge', 6) }}, 0) as bigint) as our_e6,
    cast({{ to_units('reconciled.carrier_charge', 6) }} as bigint) as carrier_e6,
    legs.priced_by_carrier,
    cards.prefix,
    cards.valid_from,
    cards.valid_to,
    legs.billed_seconds,
    cast({{ to_units('legs.rate_per_minute', 8) }} as bigint) as rate_e8,
    legs.initial_increment_seconds as initial,
    legs.increment_seconds as step,
    legs.increment_rule,
    legs.minimum_seconds as minimum,
    cast({{ to_units('legs.connection_fee', 6) }} as bigint) as fee_e6,
    legs.rounding_mode,
    cast(legs.rounding_decimals as integer) as rounding_decimals,
    case when lines.duration_seconds between 0 and 604800 then lines.duration_seconds else legs.billing_seconds end
        as carrier_duration,
    {{ stated_seconds('lines.billed_minutes') }} as stated_seconds,
    {{ usable_rate_e8('lines.stated_rate') }} as stated_rate_e8
from reconciled
inner join legs on reconciled.leg_id = legs.leg_id
inner join lines
    on reconciled.carrier_name = lines.carrier_name
    and reconciled.invoice_number = lines.invoice_number
    and reconciled.line_number = lines.line_number
left join cards
    on legs.priced_by_carrier = cards.carrier_name
    and legs.matched_prefix = cards.prefix
    and {{ holds('cards', 'legs.usage_date') }}
