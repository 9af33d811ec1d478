{{ config(materialized='ephemeral') }}
-- int_invoice_files remembers files; those whose parsed rows are not the present ones any more are not invoices.
with reference_files as (
    select * from {{ source('run', 'reference_files') }}
),

invoice_files as (
    select * from {{ ref('int_invoice_files') }}
)

select
    invoice_files.*,
    count(*) over (partition by invoice_files.carrier_folder, invoice_files.invoice_number) as copies
from invoice_files
inner join reference_files
    on invoice_files.carrier_folder = reference_files.carrier_folder
    and invoice_files.source_file_sha256 = reference_files.sha256
    and invoice_files.rows_path = reference_files.rows_path
where reference_files.kind = 'invoices'
