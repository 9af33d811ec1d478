{{ config(
    materialized='incremental', incremental_strategy='delete+insert',
    unique_key=['carrier_folder', 'source_file_sha256']
) }}
-- What a file's clock is told from, taken once when the file is new or parsed anew: the order is by hash, so the same
-- lines are taken every time, from all over the file. Numbers called often come last: their calls tell little apart.
with reference_files as (
    select * from {{ source('run', 'reference_files') }}
),

new_files as (
    select
        reference_files.carrier_folder,
        reference_files.sha256 as source_file_sha256,
        reference_files.rows_path
    from reference_files
    {%- if is_incremental() %}
    left join (
        select distinct carrier_folder, source_file_sha256, rows_path from {{ this }}
    ) as known
        on reference_files.carrier_folder = known.carrier_folder
        and reference_files.sha256 = known.source_file_sha256
        and reference_files.rows_path = known.rows_path
    {%- endif %}
    where reference_files.kind = 'invoices'
        and reference_files.rows_path is not null
        {%- if is_incremental() %}
        and known.source_file_sha256 is null
        {%- endif %}
),

lines as (
    select
        new_files.carrier_folder,
        new_files.source_file_sha256,
        new_files.rows_path,
        stg_lines.invoice_number,
        stg_lines.line_number,
        stg_lines.file_line,
        stg_lines.start_local,
        stg_lines.start_utc,
        stg_lines.start_date,
        stg_lines.destination_digits,
        stg_lines.duration_seconds,
        stg_lines.billed_minutes,
        coalesce(
            stg_lines.line_kind = 'call'
            and stg_lines.destination_digits is not null
            and coalesce(stg_lines.duration_seconds, stg_lines.billed_minutes) > 0, false
        ) as is_usable,
        count(*) over (
            partition by stg_lines.carrier_folder, stg_lines.source_file_sha256, stg_lines.destination_digits
        ) as lines_to_number
    from {{ ref('stg_invoices__lines') }} as stg_lines
    inner join new_files
        on stg_lines.carrier_folder = new_files.carrier_folder
        and stg_lines.source_file_sha256 = new_files.source_file_sha256
    where stg_lines.start_date is not null
),

ranked as (
    select
        *,
        min(start_date) over file as first_date,
        max(start_date) over file as last_date,
        row_number() over (
            partition by carrier_folder, source_file_sha256
            order by
                case when is_usable then 0 else 1 end,
                least(lines_to_number, 100),
                {{ sha256_hex("concat(invoice_number, '|', line_number)") }},
                file_line
        ) as sample_number
    from lines
    window file as (partition by carrier_folder, source_file_sha256)
)

select
    carrier_folder,
    source_file_sha256,
    rows_path,
    sample_number,
    first_date,
    last_date,
    is_usable,
    start_local,
    start_utc,
    start_date,
    destination_digits,
    duration_seconds,
    billed_minutes
from ranked
where sample_number = 1
    or (is_usable and sample_number <= 500)
