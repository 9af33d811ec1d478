select
    asked_day as usage_date,
    extraction_id,
    source_file_sha256,
    page_number,
    position,
    leg_id,
    reason,
    raw_text,
    received_at_utc
from {{ lake_rows(
    'usage_files', 'rejects_path',
    'asked_day in (select usage_date from ' ~ source('run', 'days') ~ ' where ' ~ is_costed_from_files() ~ ')',
    'empty_rejects'
) }}
