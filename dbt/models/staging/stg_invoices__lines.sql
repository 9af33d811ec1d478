-- A view over every invoice file there is: what reads it filters on start_local or start_utc, which Parquet's own
-- statistics turn into skipped files and row groups, so a day's run does not expand a month's invoice.
select
    carrier_folder,
    invoice_number,
    line_number,
    internal_leg_reference,
    sip_call_id,
    destination_digits,
    start_time_text,
    start_local,
    start_utc,
    cast(coalesce(start_local, start_utc) as date) as start_date,
    duration_seconds,
    billed_minutes,
    charge_amount,
    currency,
    line_kind,
    stated_rate,
    description,
    source_file_sha256,
    file_line,
    received_at_utc
from {{ lake_rows('reference_files', 'rows_path', "kind = 'invoices'", 'empty_invoices') }}
