{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key=['carrier_name', 'invoice_number']
) }}
-- Which delivery of a line counts (D19). Most invoices come in one file and have no rows here; the others are read for
-- this when a file with lines of them comes in. Read it through lines_as_last_delivered.
with invoices as (
    select * from {{ ref('int_invoices') }} where copies > 1
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

changed_invoices as (
    select invoices.*
    from invoices
    {%- if is_incremental() %}
    left join (select distinct carrier_name, invoice_number, files_key from {{ this }}) as known
        on invoices.carrier_name = known.carrier_name
        and invoices.invoice_number = known.invoice_number
        and invoices.files_key = known.files_key
    where known.files_key is null
    {%- endif %}
),

ranked_lines as (
    select
        changed_invoices.carrier_name,
        changed_invoices.files_key,
        lines.invoice_number,
        lines.line_number,
        lines.carrier_folder,
        lines.source_file_sha256,
        lines.file_line,
        row_number() over (
            partition by changed_invoices.carrier_name, lines.invoice_number, lines.line_number
            order by
                lines.received_at_utc desc,
                lines.source_file_sha256 desc,
                lines.carrier_folder desc,
                lines.file_line desc
        ) as newest_first
    from {{ ref('stg_invoices__lines') }} as lines
    inner join folders on lines.carrier_folder = folders.invoice_folder
    inner join changed_invoices
        on folders.carrier_name = changed_invoices.carrier_name
        and lines.invoice_number = changed_invoices.invoice_number
)

select
    carrier_name,
    invoice_number,
    files_key,
    line_number,
    carrier_folder,
    source_file_sha256,
    file_line
from ranked_lines
where newest_first = 1
