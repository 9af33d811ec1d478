{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_reconciled_days'}
) }}
with reconciled as (
    select * from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from {{ ref('int_reconciled_days') }})
),

copies as (
    select * from {{ ref('int_invoice_copies') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

receipts as (
    select
        folders.carrier_name,
        copies.invoice_number,
        copies.source_file_sha256,
        min(copies.received_at_utc) as received_at_utc
    from copies
    inner join folders on copies.carrier_folder = folders.invoice_folder
    group by folders.carrier_name, copies.invoice_number, copies.source_file_sha256
)

select
    reconciled.usage_date,
    reconciled.carrier_name,
    reconciled.credit_of_invoice_number as invoice_number,
    reconciled.credit_of_line_number as line_number,
    reconciled.invoice_number as credit_invoice_number,
    reconciled.line_number as credit_line_number,
    cast(-reconciled.carrier_charge as decimal(18, 6)) as credited_amount,
    reconciled.carrier_currency as currency,
    receipts.received_at_utc
from reconciled
inner join receipts
    on reconciled.carrier_name = receipts.carrier_name
    and reconciled.invoice_number = receipts.invoice_number
    and reconciled.invoice_file_sha256 = receipts.source_file_sha256
where reconciled.outcome = 'credit'
    and reconciled.credit_of_line_number is not null
