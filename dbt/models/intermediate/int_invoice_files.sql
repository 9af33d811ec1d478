{{ config(
    materialized='incremental', incremental_strategy='delete+insert',
    unique_key=['carrier_folder', 'source_file_sha256']
) }}
-- The same bytes in two folders are two files: each is its own carrier's. Files never change, so a file is read for this
-- once: again only when it was parsed anew (rows_path) or when its times are now read in other zones (zones_key: the
-- contracts', and the one told from the file), which moves the lines that cannot be placed.
with reference_files as (
    select * from {{ source('run', 'reference_files') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

zones as (
    select * from {{ ref('int_invoice_zones') }}
),

clocks as (
    select * from {{ ref('int_invoice_clocks') }}
),

invoice_files as (
    select
        reference_files.carrier_folder,
        reference_files.sha256 as source_file_sha256,
        reference_files.rows_path,
        concat(zones.zones_key, ' ', clocks.told_zone) as zones_key
    from reference_files
    left join folders on reference_files.carrier_folder = folders.invoice_folder
    left join zones on folders.carrier_name = zones.carrier_name
    left join clocks
        on reference_files.carrier_folder = clocks.carrier_folder
        and reference_files.sha256 = clocks.source_file_sha256
    where reference_files.kind = 'invoices'
        and reference_files.rows_path is not null
),

new_files as (
    select invoice_files.*
    from invoice_files
    {%- if is_incremental() %}
    left join (
        select distinct carrier_folder, source_file_sha256, rows_path, zones_key from {{ this }}
    ) as known
        on invoice_files.carrier_folder = known.carrier_folder
        and invoice_files.source_file_sha256 = known.source_file_sha256
        and invoice_files.rows_path = known.rows_path
        and invoice_files.zones_key = known.zones_key
    where known.source_file_sha256 is null
    {%- endif %}
),

lines as (
    select
        stg_lines.*,
        new_files.rows_path,
        new_files.zones_key
    from {{ ref('stg_invoices__lines') }} as stg_lines
    inner join new_files
        on stg_lines.carrier_folder = new_files.carrier_folder
        and stg_lines.source_file_sha256 = new_files.source_file_sha256
),

placed_lines as (
    {{ place_invoice_lines('lines') }}
)

select
    source_file_sha256,
    rows_path,
    zones_key,
    carrier_folder,
    invoice_number,
    received_at_utc,
    count(*) as lines,
    count(reject_reason) as unplaced_lines
from placed_lines
group by source_file_sha256, rows_path, zones_key, carrier_folder, invoice_number, received_at_utc
