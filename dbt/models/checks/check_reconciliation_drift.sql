-- Disagreements too small to be flagged that together are not small (D18): a carrier that rounds every call up by a
-- tenth of a cent flags nothing and costs a per cent.
with reconciliation_daily as (
    select * from {{ ref('reconciliation_daily') }}
),

days as (
    select * from {{ source('run', 'days') }}
)

select
    usage_date,
    {{ json_text([
        ['carrier_name', shortened('carrier_name')],
        ['currency', 'currency'],
        ['drift_lines', 'drift_lines'],
        ['drift_absolute_charge', 'cast(drift_absolute_charge as varchar)'],
        ['drift_charge_delta', 'cast(drift_charge_delta as varchar)'],
        ['internal_charge', 'cast(internal_charge as varchar)'],
    ]) }} as offender
from reconciliation_daily
where usage_date in (select usage_date from days)
    and drift_absolute_charge * 1000 > internal_charge
