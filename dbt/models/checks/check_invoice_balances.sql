-- Taxes and fees are lines too: what an invoice asks for is the sum of all that it lists, or something was not read.
with file_days as (
    select * from {{ ref('int_invoice_file_days') }}
),

reference_files as (
    select * from {{ source('run', 'reference_files') }} where kind = 'invoices'
),

file_sums as (
    select * from {{ ref('int_invoice_file_sums') }}
)

select
    file_days.usage_date,
    {{ json_text([
        ['carrier_folder', shortened('file_sums.carrier_folder')],
        ['file_name', shortened('reference_files.file_name')],
        ['invoice_number', shortened('file_sums.invoice_number')],
        ['currency', 'file_sums.currency'],
        ['stated_total', plain_amount('file_sums.stated_total')],
        ['sum_of_lines', plain_amount('file_sums.charge_amount')],
        ['difference', plain_amount('file_sums.charge_amount - file_sums.stated_total')],
        ['lines', 'file_sums.lines'],
        ['source_file_sha256', 'file_sums.source_file_sha256'],
    ]) }} as offender
from file_days
inner join file_sums
    on file_days.carrier_folder = file_sums.carrier_folder
    and file_days.source_file_sha256 = file_sums.source_file_sha256
inner join reference_files
    on file_sums.carrier_folder = reference_files.carrier_folder
    and file_sums.source_file_sha256 = reference_files.sha256
    and file_sums.rows_path = reference_files.rows_path
where abs(file_sums.charge_amount - file_sums.stated_total) > file_sums.stated_total_tolerance
