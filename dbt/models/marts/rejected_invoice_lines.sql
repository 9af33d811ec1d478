-- Lines that parsing rejected, as received, and lines that were parsed but have no place in time or no carrier: of
-- these the row as parsed is shown (2,500 characters are at most 10 kB), and only files that are known to have such
-- lines are read for them (int_invoice_files).
with rejects as (
    select * from {{ ref('stg_reference__rejects') }}
),

copies as (
    select * from {{ ref('int_invoice_copies') }}
),

reference_files as (
    select * from {{ source('run', 'reference_files') }}
),

run as (
    select * from {{ source('run', 'run') }}
),

files_with_unplaced_lines as (
    select distinct
        carrier_folder,
        source_file_sha256
    from copies
    where unplaced_lines > 0
),

lines as (
    select stg_lines.*
    from {{ ref('stg_invoices__lines') }} as stg_lines
    inner join files_with_unplaced_lines
        on stg_lines.carrier_folder = files_with_unplaced_lines.carrier_folder
        and stg_lines.source_file_sha256 = files_with_unplaced_lines.source_file_sha256
),

placed_lines as (
    {{ place_invoice_lines('lines') }}
),

rejected_lines as (
    select
        carrier_folder,
        source_file_sha256,
        file_name,
        line_number,
        reason,
        raw_text,
        received_at_utc
    from rejects
    where kind = 'invoices'
    union all
    select
        placed_lines.carrier_folder,
        placed_lines.source_file_sha256,
        reference_files.file_name,
        placed_lines.file_line as line_number,
        placed_lines.reject_reason as reason,
        left({{ json_text([
            ['invoice_number', 'placed_lines.invoice_number'],
            ['line_number', 'placed_lines.line_number'],
            ['internal_leg_reference', 'placed_lines.internal_leg_reference'],
            ['destination_number', 'placed_lines.destination_digits'],
            ['start_time', 'placed_lines.start_time_text'],
            ['duration_seconds', 'placed_lines.duration_seconds'],
            ['billed_minutes', plain_amount('placed_lines.billed_minutes')],
            ['charge_amount', plain_amount('placed_lines.charge_amount')],
        ]) }}, 2500) as raw_text,
        placed_lines.received_at_utc
    from placed_lines
    inner join reference_files
        on placed_lines.source_file_sha256 = reference_files.sha256
        and placed_lines.carrier_folder = reference_files.carrier_folder
        and reference_files.kind = 'invoices'
    where placed_lines.reject_reason is not null
)

select
    rejected_lines.carrier_folder,
    rejected_lines.source_file_sha256,
    rejected_lines.file_name,
    rejected_lines.line_number,
    case
        when run.publish_numbers = 'masked' then {{ mask_numbers('rejected_lines.reason') }}
        else rejected_lines.reason
    end as reason,
    case
        when run.publish_numbers = 'masked' then {{ mask_numbers('rejected_lines.raw_text') }}
        else rejected_lines.raw_text
    end as raw_text,
    rejected_lines.received_at_utc
from rejected_lines
cross join run
