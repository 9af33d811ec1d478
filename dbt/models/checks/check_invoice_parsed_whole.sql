-- A line that is not read is not reconciled: what it bills is in nobody's figures.
with file_days as (
    select * from {{ ref('int_invoice_file_days') }}
),

reference_files as (
    select * from {{ source('run', 'reference_files') }} where kind = 'invoices'
),

copies as (
    select * from {{ ref('int_invoice_copies') }}
),

file_sums as (
    select * from {{ ref('int_invoice_file_sums') }}
),

rejects as (
    select * from {{ ref('stg_reference__rejects') }} where kind = 'invoices'
),

rejected as (
    select
        carrier_folder,
        source_file_sha256,
        count(*) as rejected_rows,
        min(line_number) as first_line
    from rejects
    group by carrier_folder, source_file_sha256
),

first_reasons as (
    select
        rejects.carrier_folder,
        rejects.source_file_sha256,
        min(rejects.reason) as first_reason
    from rejects
    inner join rejected
        on rejects.carrier_folder = rejected.carrier_folder
        and rejects.source_file_sha256 = rejected.source_file_sha256
        and rejects.line_number = rejected.first_line
    group by rejects.carrier_folder, rejects.source_file_sha256
),

unplaced as (
    select
        carrier_folder,
        source_file_sha256,
        sum(unplaced_lines) as unplaced_lines
    from copies
    group by carrier_folder, source_file_sha256
),

stated as (
    select
        carrier_folder,
        source_file_sha256,
        rows_path,
        sum(stated_lines) as stated_lines,
        sum(lines) as lines
    from file_sums
    where stated_lines is not null
    group by carrier_folder, source_file_sha256, rows_path
),

files as (
    select
        reference_files.carrier_folder,
        reference_files.sha256 as source_file_sha256,
        reference_files.file_name,
        coalesce(rejected.rejected_rows, 0) as rejected_rows,
        coalesce(unplaced.unplaced_lines, 0) as unplaced_lines,
        stated.stated_lines,
        stated.lines,
        rejected.first_line,
        first_reasons.first_reason
    from reference_files
    left join rejected
        on reference_files.carrier_folder = rejected.carrier_folder
        and reference_files.sha256 = rejected.source_file_sha256
    left join first_reasons
        on reference_files.carrier_folder = first_reasons.carrier_folder
        and reference_files.sha256 = first_reasons.source_file_sha256
    left join unplaced
        on reference_files.carrier_folder = unplaced.carrier_folder
        and reference_files.sha256 = unplaced.source_file_sha256
    left join stated
        on reference_files.carrier_folder = stated.carrier_folder
        and reference_files.sha256 = stated.source_file_sha256
        and reference_files.rows_path = stated.rows_path
)

select
    file_days.usage_date,
    {{ json_text([
        ['carrier_folder', shortened('files.carrier_folder')],
        ['file_name', shortened('files.file_name')],
        ['rejected_rows', 'files.rejected_rows'],
        ['lines_without_place', 'files.unplaced_lines'],
        ['stated_lines', 'files.stated_lines'],
        ['lines_read', 'files.lines'],
        ['first_rejected_line', 'files.first_line'],
        ['first_reason', mask_numbers(shortened('files.first_reason'))],
        ['source_file_sha256', 'files.source_file_sha256'],
    ]) }} as offender
from file_days
inner join files
    on file_days.carrier_folder = files.carrier_folder
    and file_days.source_file_sha256 = files.source_file_sha256
where files.rejected_rows > 0
    or files.unplaced_lines > 0
    or files.stated_lines <> files.lines
