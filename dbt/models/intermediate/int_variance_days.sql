{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_reconciled_days'}
) }}
-- The sums of a day that the totals of an invoice are made of, so that an invoice is added up without reading its
-- lines and legs again. A pair in two currencies is in a row of each (D27).
with reconciled as (
    select * from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from {{ ref('int_reconciled_days') }})
),

sides as (
    select
        usage_date,
        carrier_name,
        coalesce(invoice_number, covering_invoice_number) as invoice_number,
        currency,
        1 as legs,
        coalesce(internal_charge, 0) as our_charge,
        0 as lines,
        0 as carrier_charge,
        0 as lines_without_currency,
        0 as charge_without_currency
    from reconciled
    where leg_id is not null
    union all
    select
        usage_date,
        carrier_name,
        invoice_number,
        carrier_currency as currency,
        0 as legs,
        0 as our_charge,
        1 as lines,
        carrier_charge,
        case when states_currency then 0 else 1 end as lines_without_currency,
        case when states_currency then 0 else carrier_charge end as charge_without_currency
    from reconciled
    where line_number is not null
)

select
    usage_date,
    carrier_name,
    invoice_number,
    currency,
    cast(sum(legs) as bigint) as legs,
    {{ money_sum('our_charge') }} as our_charge,
    cast(sum(lines) as bigint) as lines,
    {{ money_sum('carrier_charge') }} as carrier_charge,
    cast(sum(lines_without_currency) as bigint) as lines_without_currency,
    {{ money_sum('charge_without_currency') }} as charge_without_currency
from sides
group by usage_date, carrier_name, invoice_number, currency
