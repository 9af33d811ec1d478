-- The days of an invoice are compared when a run reconciles them after the file came in; the sensor asks for that run
-- (cpm_assets/sensors.py). A day that cannot be compared is not waited for: never good, or older than its legs. The
-- days beside them have calls over midnight: where they were compared before the file came, they are once more (D20).
with copies as (
    select * from {{ ref('int_invoice_copies') }}
),

reference_files as (
    select * from {{ source('run', 'reference_files') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

reach as (
    select * from {{ ref('int_invoice_reach') }} where reach = 'touched'
),

days as (
    select usage_date from {{ ref('day_status') }} where last_good_at_utc is not null
),

run as (
    select * from {{ source('run', 'run') }}
),

comparisons as (
    select * from {{ ref('int_days_compared') }}
),

files as (
    select
        folders.carrier_name,
        copies.invoice_number,
        copies.source_file_sha256,
        reference_files.file_name,
        copies.received_at_utc,
        copies.lines,
        copies.unplaced_lines,
        cast(reach.from_utc as date) as first_day,
        cast(reach.to_utc as date) as last_day
    from copies
    inner join reference_files
        on copies.carrier_folder = reference_files.carrier_folder
        and copies.source_file_sha256 = reference_files.sha256
        and reference_files.kind = 'invoices'
    inner join folders on copies.carrier_folder = folders.invoice_folder
    left join reach
        on folders.carrier_name = reach.carrier_name
        and copies.invoice_number = reach.invoice_number
),

days_to_compare as (
    select
        files.carrier_name,
        files.invoice_number,
        files.source_file_sha256,
        count(*) as days_to_compare,
        min(days.usage_date) as first_day_to_compare,
        max(days.usage_date) as last_day_to_compare
    from files
    inner join days on days.usage_date between files.first_day - 1 and files.last_day + 1
    cross join run
    left join comparisons on days.usage_date = comparisons.usage_date
    where days.usage_date + run.leg_days > run.open_day + 1
        and (
            comparisons.compared_at_utc < files.received_at_utc
            or (comparisons.compared_at_utc is null and days.usage_date between files.first_day and files.last_day)
        )
    group by files.carrier_name, files.invoice_number, files.source_file_sha256
)

select
    files.carrier_name,
    files.invoice_number,
    files.source_file_sha256,
    files.file_name,
    files.received_at_utc,
    files.lines,
    files.unplaced_lines,
    files.first_day,
    files.last_day,
    coalesce(days_to_compare.days_to_compare, 0) as days_to_compare,
    days_to_compare.first_day_to_compare,
    days_to_compare.last_day_to_compare
from files
left join days_to_compare
    on files.carrier_name = days_to_compare.carrier_name
    and files.invoice_number = days_to_compare.invoice_number
    and files.source_file_sha256 = days_to_compare.source_file_sha256
