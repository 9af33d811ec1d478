select
    principal,
    principal_type,
    carrier_name,
    destination_region,
    source_file_sha256,
    line_number
from {{ lake_rows('reference_files', 'rows_path', "kind = 'access_policy'", 'empty_access_policy') }}
