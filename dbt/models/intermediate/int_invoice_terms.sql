{{ config(materialized='ephemeral') }}
-- What reconciliation needs of the contracts, on every date: a line dated before the first or between two windows is a
-- disagreement to be shown, so it must not fall out for want of terms. The window before it goes on, the first one
-- reaches back.
with contract_terms as (
    select * from {{ ref('carrier_contract_terms') }}
),

zone_names as (
    select * from {{ time_zone_names() }}
),

in_order as (
    select
        *,
        row_number() over (partition by carrier_name order by valid_from) as window_number,
        lead(valid_from) over (partition by carrier_name order by valid_from) as next_valid_from
    from contract_terms
)

select
    carrier_name,
    case when window_number = 1 then date '0001-01-01' else valid_from end as from_date,
    coalesce(next_valid_from, date '9999-12-31') as to_date,
    zone_names.zone_name as invoice_timezone,
    in_order.invoice_timezone as stated_timezone,
    currency,
    charge_tolerance,
    minute_tolerance,
    start_tolerance_seconds,
    duration_tolerance_seconds,
    dispute_days
from in_order
-- An engine stops at a zone it does not know; such a contract's lines become rejected lines instead.
left join zone_names on in_order.invoice_timezone = zone_names.zone_name
