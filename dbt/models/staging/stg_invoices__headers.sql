select
    carrier_folder,
    invoice_number,
    invoice_date,
    currency,
    stated_total,
    stated_total_tolerance,
    stated_lines,
    period_first_date,
    period_last_date,
    source_file_sha256,
    received_at_utc
from {{ lake_rows('reference_files', 'headers_path', "kind = 'invoices'", 'empty_invoice_headers') }}
