{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key=['carrier_folder', 'invoice_number']
) }}
-- Every line counts, also those that are no call and those that cannot be placed in time: this is what the carrier
-- asks for. Read when an invoice arrives and when a file with lines of it arrives again, not every day.
with spans as (
    select * from {{ ref('int_invoice_spans') }}
),

changed_invoices as (
    select
        spans.carrier_folder,
        spans.invoice_number,
        spans.files_key
    from spans
    {%- if is_incremental() %}
    left join (select distinct carrier_folder, invoice_number, files_key from {{ this }}) as known
        on spans.carrier_folder = known.carrier_folder
        and spans.invoice_number = known.invoice_number
        and spans.files_key = known.files_key
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
    coalesce(line_kind, 'call') as line_kind,
    currency,
    count(*) as lines,
    cast(sum(charge_amount) as decimal(18, 6)) as charge_amount
from lines
where newest_first = 1
group by carrier_folder, invoice_number, files_key, coalesce(line_kind, 'call'), currency
