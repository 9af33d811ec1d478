select
    license_name,
    seats,
    monthly_cost_per_seat,
    effective_date,
    expiry_date,
    coalesce(currency, 'USD') as currency,
    source_file_sha256,
    line_number,
    received_at_utc
from {{ lake_rows('reference_files', 'rows_path', "kind = 'seat_licenses'", 'empty_seat_licenses') }}
