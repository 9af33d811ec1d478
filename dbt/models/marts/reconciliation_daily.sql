{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_reconciled_days'}
) }}
-- Each side of a pair is counted in its own currency: where a line is in another one than its leg, the leg is in one
-- row and the line in another, and nothing is subtracted (D27).
with reconciled as (
    select * from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from {{ ref('int_reconciled_days') }})
),

sides as (
    select
        usage_date,
        carrier_name,
        currency,
        outcome,
        case when leg_id is not null then 1 else 0 end as legs,
        case when line_number is not null and carrier_currency = currency then 1 else 0 end as lines,
        case when leg_id is not null and internal_charge is null then 1 else 0 end as unrated_legs,
        internal_charge,
        case when carrier_currency = currency then carrier_charge end as carrier_charge,
        charge_delta
    from reconciled
    union all
    select
        usage_date,
        carrier_name,
        carrier_currency as currency,
        outcome,
        0 as legs,
        1 as lines,
        0 as unrated_legs,
        null as internal_charge,
        carrier_charge,
        null as charge_delta
    from reconciled
    where carrier_currency <> currency
)

select
    usage_date,
    carrier_name,
    currency,
    cast(sum(legs) as bigint) as legs,
    cast(sum(lines) as bigint) as lines,
    cast(sum(unrated_legs) as bigint) as unrated_legs,
    {{ money_sum('internal_charge') }} as internal_charge,
    {{ money_sum('carrier_charge') }} as carrier_charge,
    {%- for outcome in ['equal', 'drift', 'flagged'] %}
    cast(coalesce(sum(lines) filter (where outcome = '{{ outcome }}'), 0) as bigint) as {{ outcome }}_lines,
    {{ money_sum('internal_charge', outcome) }} as {{ outcome }}_internal_charge,
    {{ money_sum('carrier_charge', outcome) }} as {{ outcome }}_carrier_charge,
    {{ money_sum('charge_delta', outcome) }} as {{ outcome }}_charge_delta,
    {%- endfor %}
    {{ money_sum('abs(charge_delta)', 'drift') }} as drift_absolute_charge,
    cast(coalesce(sum(legs) filter (where outcome = 'missing_from_invoice'), 0) as bigint) as missing_from_invoice_legs,
    {{ money_sum('internal_charge', 'missing_from_invoice') }} as missing_from_invoice_charge,
    cast(coalesce(sum(lines) filter (where outcome = 'missing_from_usage'), 0) as bigint) as missing_from_usage_lines,
    {{ money_sum('carrier_charge', 'missing_from_usage') }} as missing_from_usage_charge,
    cast(coalesce(sum(lines) filter (where outcome = 'duplicate_invoice_line'), 0) as bigint) as duplicate_lines,
    {{ money_sum('carrier_charge', 'duplicate_invoice_line') }} as duplicate_charge,
    cast(coalesce(sum(lines) filter (where outcome = 'credit'), 0) as bigint) as credit_lines,
    {{ money_sum('carrier_charge', 'credit') }} as credit_charge,
    cast(coalesce(sum(legs) filter (where outcome = 'not_invoiced'), 0) as bigint) as not_invoiced_legs,
    {{ money_sum('internal_charge', 'not_invoiced') }} as not_invoiced_charge
from sides
group by usage_date, carrier_name, currency
