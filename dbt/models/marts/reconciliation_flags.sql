{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_reconciled_days'}
) }}
with reconciled as (
    select * from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from {{ ref('int_reconciled_days') }})
),

flags as (
    select *, 'charge_mismatch' as flag_type from reconciled where is_charge_mismatch
    union all
    select *, 'minute_mismatch' as flag_type from reconciled where is_minute_mismatch
    union all
    select *, outcome as flag_type from reconciled
    where outcome in ('missing_from_invoice', 'missing_from_usage', 'duplicate_invoice_line')
)

select
    {{ flag_id('flag_type', 'carrier_name', 'leg_id', 'invoice_number', 'line_number') }} as flag_id,
    usage_date,
    carrier_name,
    flag_type,
    leg_id,
    invoice_number,
    line_number,
    match_tier,
    minute_basis,
    internal_minutes,
    carrier_minutes,
    minute_delta,
    internal_charge,
    carrier_charge,
    charge_delta,
    currency,
    carrier_currency,
    duplicate_of_invoice_number,
    duplicate_of_line_number
from flags
