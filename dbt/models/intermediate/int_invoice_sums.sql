{{ config(materialized='ephemeral') }}
-- int_summed_invoices remembers invoices; those whose files are not the present ones any more are none.
with summed as (
    select * from {{ ref('int_summed_invoices') }}
),

invoices as (
    select * from {{ ref('int_invoices') }}
)

select summed.*
from summed
inner join invoices
    on summed.carrier_name = invoices.carrier_name
    and summed.invoice_number = invoices.invoice_number
    and summed.files_key = invoices.files_key
