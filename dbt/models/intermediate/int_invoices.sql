-- An invoice is its carrier's, in whichever of the carrier's folders its files lie.
with copies as (
    select * from {{ ref('int_invoice_copies') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
)

select
    folders.carrier_name,
    copies.invoice_number,
    count(*) as copies,
    min(copies.received_at_utc) as first_received_at_utc,
    {{ dbt.listagg(
        "concat(copies.carrier_folder, '/', copies.rows_path)", "' '",
        "order by copies.received_at_utc, copies.source_file_sha256, copies.carrier_folder"
    ) }} as files_key
from copies
inner join folders on copies.carrier_folder = folders.invoice_folder
group by folders.carrier_name, copies.invoice_number
