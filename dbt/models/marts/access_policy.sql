-- The newest file is the whole policy, so that a grant is withdrawn by leaving it out. A newest file that could not be
-- read grants nothing: an older one must not go on granting what the newest may have taken away.
with files as (
    select * from {{ source('run', 'reference_files') }}
    where kind = 'access_policy'
),

newest as (
    select
        sha256,
        received_at_utc
    from files
    order by received_at_utc desc, file_name desc, sha256 desc
    limit 1
),

grants as (
    select * from {{ ref('stg_reference__access_policy') }}
)

select
    grants.principal,
    grants.principal_type,
    grants.carrier_name,
    grants.destination_region,
    grants.source_file_sha256,
    grants.line_number,
    newest.received_at_utc
from grants
inner join newest on grants.source_file_sha256 = newest.sha256
