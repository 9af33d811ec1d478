{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key=['carrier_folder', 'invoice_number']
) }}
-- An invoice is read for this when it arrives and when a file with lines of it arrives again, not every day. The times
-- are kept as written, without a zone, so that a contract's correction moves the coverage without reading it again.
with copies as (
    select * from {{ ref('int_invoice_copies') }}
),

invoices as (
    select
        carrier_folder,
        invoice_number,
        {{ dbt.listagg("rows_path", "' '", "order by received_at_utc, source_file_sha256") }} as files_key
    from copies
    group by carrier_folder, invoice_number
),

changed_invoices as (
    select invoices.*
    from invoices
    {%- if is_incremental() %}
    left join {{ this }} as known
        on invoices.carrier_folder = known.carrier_folder
        and invoices.invoice_number = known.invoice_number
        and invoices.files_key = known.files_key
    where known.files_key is null
    {%- endif %}
),

lines as (
    select
        stg_lines.*,
        changed_invoices.files_key,
        row_number() over (
            partition by stg_lines.carrier_folder, stg_lines.invoice_number, stg_lines.line_number
            order by stg_lines.received_at_utc desc, stg_lines.source_file_sha256 desc, stg_lines.file_line desc
        ) as newest_first
    from {{ ref('stg_invoices__lines') }} as stg_lines
    inner join changed_invoices
        on stg_lines.carrier_folder = changed_invoices.carrier_folder
        and stg_lines.invoice_number = changed_invoices.invoice_number
)

select
    carrier_folder,
    invoice_number,
    files_key,
    count(*) as lines,
    min(start_local) as first_start_local,
    max(start_local) as last_start_local,
    min(start_utc) as first_start_utc,
    max(start_utc) as last_start_utc
from lines
where newest_first = 1
group by carrier_folder, invoice_number, files_key
