-- The lines are matched by the zone that they are in; the contract is what has to be mended.
with days as (
    select usage_date
    from {{ source('run', 'days') }}
),

files_of_days as (
    select distinct
        usage_date,
        carrier_name,
        invoice_number,
        invoice_file_sha256
    from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from days)
        and line_number is not null
),

clocks as (
    select * from {{ ref('int_invoice_clocks') }}
),

terms as (
    select * from {{ ref('int_invoice_terms') }}
)

select
    files_of_days.usage_date,
    {{ json_text([
        ['carrier_name', shortened('files_of_days.carrier_name')],
        ['invoice_number', shortened('files_of_days.invoice_number')],
        ['contract_zone', shortened('terms.stated_timezone')],
        ['invoice_zone', 'clocks.told_zone'],
        ['lines_explained', 'clocks.lines_explained'],
        ['lines_seen', 'clocks.lines_seen'],
    ]) }} as offender
from files_of_days
inner join clocks
    on files_of_days.carrier_name = clocks.carrier_name
    and files_of_days.invoice_file_sha256 = clocks.source_file_sha256
inner join terms
    on files_of_days.carrier_name = terms.carrier_name
    and files_of_days.usage_date >= terms.from_date
    and files_of_days.usage_date < terms.to_date
where clocks.told_zone is not null
