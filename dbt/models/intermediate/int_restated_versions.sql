{#- A version keeps its row for ever: those of this run, and what day_versions said before. Not kept here, in the working
    models: they are not put back when a build is killed. -#}
{%- set kept = {
    'usage_date': 'date', 'version': 'integer', 'known_from_utc': 'timestamp', 'manifest_sha256': 'varchar',
    'legs': 'bigint', 'billed_seconds': 'bigint', 'total_cost': 'decimal(18, 6)', 'currency': 'varchar',
    'reason': 'varchar'
} -%}
with made_now as (
    select * from {{ source('run', 'restated_versions') }}
),

made_before as (
    select *
    from {{ earlier_rows('day_versions', kept, database='cpm') }}
    where version > 1 and usage_date not in (select usage_date from made_now)
),

versions as (
    select {{ kept.keys() | join(', ') }} from made_now
    union all
    select {{ kept.keys() | join(', ') }} from made_before
)

select
    {{ kept.keys() | join(',\n    ') }},
    version = max(version) over (partition by usage_date) as is_latest
from versions
