-- The files whose clock this run tells: a file is looked at by a run that reconciles a day of it, if the file, the
-- carrier's zones, or the figures of the days that it covers are others than when it was last told (told_from). So a
-- day's run looks at few files, and every order of runs ends the same.
with samples as (
    select * from {{ ref('int_invoice_clock_samples') }}
),

reconciled_days as (
    select * from {{ ref('int_reconciled_days') }}
),

day_status as (
    select * from {{ ref('day_status') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

carrier_zones as (
    select * from {{ ref('int_invoice_zones') }}
),

told_before as (
    select *
    from {{ earlier_rows('int_invoice_clocks', {
        'carrier_folder': 'varchar', 'source_file_sha256': 'varchar', 'told_from': 'varchar'
    }) }}
),

sampled_files as (
    select distinct
        samples.carrier_folder,
        samples.source_file_sha256,
        samples.rows_path,
        samples.first_date,
        samples.last_date,
        folders.carrier_name,
        carrier_zones.zones_key
    from samples
    inner join folders on samples.carrier_folder = folders.invoice_folder
    inner join carrier_zones on folders.carrier_name = carrier_zones.carrier_name
),

reconciled_files as (
    select *
    from sampled_files
    where exists (
        select 1 from reconciled_days
        where reconciled_days.usage_date between sampled_files.first_date - 1 and sampled_files.last_date + 1
    )
),

files as (
    select
        reconciled_files.*,
        concat(
            reconciled_files.rows_path, ' ', reconciled_files.zones_key, ' ',
            count(day_status.last_good_at_utc), ' ', max(day_status.last_good_at_utc)
        ) as told_from
    from reconciled_files
    left join day_status
        on day_status.usage_date between reconciled_files.first_date - 1 and reconciled_files.last_date + 1
    group by
        reconciled_files.carrier_folder, reconciled_files.source_file_sha256, reconciled_files.rows_path,
        reconciled_files.first_date, reconciled_files.last_date, reconciled_files.carrier_name,
        reconciled_files.zones_key
)

select files.*
from files
left join told_before
    on files.carrier_folder = told_before.carrier_folder
    and files.source_file_sha256 = told_before.source_file_sha256
    and files.told_from = told_before.told_from
where told_before.told_from is null
