{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key=['carrier_name', 'invoice_number']
) }}
-- Every line counts, also those that are no call and those that cannot be placed in time: this is what the carrier
-- asks for. An invoice is read for this when it arrives and when a file with lines of it arrives again, not every day.
-- Times are kept as written, without a zone, so that a contract's correction moves the coverage without reading again.
with invoices as (
    select * from {{ ref('int_invoices') }}
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

lines as (
    select
        stg_lines.*,
        changed_invoices.carrier_name,
        changed_invoices.files_key
    from {{ ref('stg_invoices__lines') }} as stg_lines
    inner join folders on stg_lines.carrier_folder = folders.invoice_folder
    inner join changed_invoices
        on folders.carrier_name = changed_invoices.carrier_name
        and stg_lines.invoice_number = changed_invoices.invoice_number
),

lines_that_count as (
    {{ lines_as_last_delivered('lines') }}
),

kinds as (
    select
        *,
        case when coalesce(line_kind, 'call') = 'call' and charge_amount < 0 then 'credit'
            else coalesce(line_kind, 'call') end as kind
    from lines_that_count
)

select
    carrier_name,
    invoice_number,
    files_key,
    kind as line_kind,
    currency,
    count(*) as lines,
    cast(sum(charge_amount) as decimal(18, 6)) as charge_amount,
    min(start_local) as first_start_local,
    max(start_local) as last_start_local,
    min(start_utc) as first_start_utc,
    max(start_utc) as last_start_utc
from kinds
group by carrier_name, invoice_number, files_key, kind, currency
