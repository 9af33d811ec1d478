select
    kind,
    carrier_folder,
    source_file_sha256,
    file_name,
    line_number,
    reason,
    raw_text,
    received_at_utc
from {{ lake_rows('reference_files', 'rejects_path', 'true', 'empty_reference_rejects') }}
