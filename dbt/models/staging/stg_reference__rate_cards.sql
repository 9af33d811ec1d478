select
    carrier_name,
    prefix,
    destination_region,
    rate_per_minute,
    effective_date,
    expiry_date,
    country_code,
    connection_fee,
    initial_increment_seconds,
    increment_seconds,
    minimum_seconds,
    currency,
    source_file_sha256,
    line_number,
    received_at_utc
from {{ lake_rows('reference_files', 'rows_path', "kind = 'rate_cards'", 'empty_rate_cards') }}
