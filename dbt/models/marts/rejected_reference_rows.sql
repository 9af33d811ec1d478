select
    kind,
    source_file_sha256,
    file_name,
    line_number,
    reason,
    raw_text,
    received_at_utc
from {{ ref('stg_reference__rejects') }}
where kind <> 'invoices'
