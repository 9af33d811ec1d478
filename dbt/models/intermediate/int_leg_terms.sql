{{ config(materialized='view') }}
{#- What must be known of a leg before a rate is looked for: whether the carrier bills it, by whose card it is priced
    (D12) and on which contract's terms. The gate counts here, so that a day can be refused before it is priced. -#}
with legs as (
    select * from {{ ref('normalized_usage') }}
),

run_days as (
    select * from {{ ref('int_run_days') }} where is_costed
),

known_carriers as (
    select * from {{ ref('int_known_carriers') }}
),

terms as (
    select * from {{ ref('carrier_contract_terms') }}
),

with_own_terms as (
    select
        legs.*,
        run_days.run_id,
        run_days.is_finalizing,
        legs.is_in_progress and not run_days.is_finalizing as is_awaited,
        known_carriers.carrier_name is null as is_unknown_carrier,
        case when known_carriers.carrier_name is null then 'UNKNOWN_CARRIER' else legs.carrier_name end
            as priced_by_carrier,
        coalesce(own_terms.bills_attempts, false) as bills_attempts,
        own_terms.attempt_fee as own_attempt_fee,
        own_terms.rounding_mode as own_rounding_mode,
        own_terms.rounding_decimals as own_rounding_decimals,
        own_terms.currency as own_currency
    from legs
    inner join run_days on legs.usage_date = run_days.usage_date
    left join known_carriers
        on legs.carrier_name = known_carriers.carrier_name and legs.usage_date = known_carriers.usage_date
    left join terms as own_terms
        on legs.carrier_name = own_terms.carrier_name and {{ holds('own_terms', 'legs.usage_date') }}
),

classified as (
    select
        *,
        not is_awaited and leg_type = 'attempt' and bills_attempts as is_billed_attempt,
        not is_awaited and leg_type in ('primary', 'transfer') as is_billed_call,
        not is_awaited and leg_type in ('primary', 'transfer') and coalesce(billing_seconds, 0) <= 0
            as is_zero_billing,
        case
            when leg_type not in ('primary', 'transfer', 'attempt') then leg_type
            when is_awaited then 'in_progress'
            when leg_type = 'attempt' and not bills_attempts then 'attempt'
        end as excluded_reason
    from with_own_terms
)

select
    classified.*,
    is_billed_call or is_billed_attempt as is_billable,
    terms.initial_increment_seconds as contract_initial_increment_seconds,
    terms.increment_seconds as contract_increment_seconds,
    coalesce(terms.increment_rule, 'relative') as increment_rule,
    terms.minimum_seconds as contract_minimum_seconds,
    terms.connection_fee as contract_connection_fee,
    coalesce(terms.currency, own_currency) as contract_currency,
    case when is_billed_attempt then own_rounding_mode else coalesce(terms.rounding_mode, 'half_up') end
        as rounding_mode,
    case when is_billed_attempt then own_rounding_decimals else coalesce(terms.rounding_decimals, 6) end
        as rounding_decimals
from classified
left join terms
    on classified.priced_by_carrier = terms.carrier_name and {{ holds('terms', 'classified.usage_date') }}
