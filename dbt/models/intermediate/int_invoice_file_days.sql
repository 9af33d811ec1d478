{{ config(materialized='ephemeral') }}
-- What is wrong with a file is seen on the days that it bills and, since it may bill none, on the day it came.
with days as (
    select usage_date
    from {{ source('run', 'days') }}
    where is_reconciled
),

reference_files as (
    select * from {{ source('run', 'reference_files') }} where kind = 'invoices'
),

copies as (
    select * from {{ ref('int_invoice_copies') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

reach as (
    select * from {{ ref('int_invoice_reach') }} where reach = 'touched'
)

select
    days.usage_date,
    reference_files.carrier_folder,
    reference_files.sha256 as source_file_sha256
from reference_files
inner join days on cast(reference_files.received_at_utc as date) = days.usage_date
union
select
    days.usage_date,
    copies.carrier_folder,
    copies.source_file_sha256
from copies
inner join folders on copies.carrier_folder = folders.invoice_folder
inner join reach
    on folders.carrier_name = reach.carrier_name
    and copies.invoice_number = reach.invoice_number
inner join days
    on days.usage_date >= cast(reach.from_utc as date)
    and cast(days.usage_date as timestamp) < reach.to_utc
