select
    usage_date,
    check_name,
    reason,
    person,
    source_file_sha256,
    line_number,
    received_at_utc
from {{ lake_rows('reference_files', 'rows_path', "kind = 'waivers'", 'empty_waivers') }}
