{{ config(
    materialized='incremental', incremental_strategy='delete+insert',
    unique_key=['carrier_folder', 'source_file_sha256']
) }}
-- A file is summed once, when it arrives or was parsed anew (rows_path), and only if there is something to compare with:
-- most layouts state neither a total nor how many lines they have.
with reference_files as (
    select * from {{ source('run', 'reference_files') }} where kind = 'invoices'
),

headers as (
    select * from {{ ref('stg_invoices__headers') }}
    where stated_total is not null
        or stated_lines is not null
),

new_headers as (
    select
        headers.*,
        reference_files.rows_path
    from headers
    inner join reference_files
        on headers.carrier_folder = reference_files.carrier_folder
        and headers.source_file_sha256 = reference_files.sha256
    {%- if is_incremental() %}
    left join (select distinct carrier_folder, source_file_sha256, rows_path from {{ this }}) as known
        on reference_files.carrier_folder = known.carrier_folder
        and reference_files.sha256 = known.source_file_sha256
        and reference_files.rows_path = known.rows_path
    where known.source_file_sha256 is null
    {%- endif %}
),

sums as (
    select
        new_headers.carrier_folder,
        new_headers.source_file_sha256,
        new_headers.invoice_number,
        count(*) as lines,
        sum(case when lines.currency <> new_headers.currency then 0 else lines.charge_amount end) as charge_amount
    from {{ ref('stg_invoices__lines') }} as lines
    inner join new_headers
        on lines.carrier_folder = new_headers.carrier_folder
        and lines.source_file_sha256 = new_headers.source_file_sha256
        and lines.invoice_number = new_headers.invoice_number
    group by new_headers.carrier_folder, new_headers.source_file_sha256, new_headers.invoice_number
)

select
    new_headers.carrier_folder,
    new_headers.source_file_sha256,
    new_headers.rows_path,
    new_headers.invoice_number,
    new_headers.currency,
    new_headers.stated_total,
    new_headers.stated_total_tolerance,
    new_headers.stated_lines,
    coalesce(sums.lines, 0) as lines,
    cast(coalesce(sums.charge_amount, 0) as decimal(18, 6)) as charge_amount
from new_headers
left join sums
    on new_headers.carrier_folder = sums.carrier_folder
    and new_headers.source_file_sha256 = sums.source_file_sha256
    and new_headers.invoice_number = sums.invoice_number
