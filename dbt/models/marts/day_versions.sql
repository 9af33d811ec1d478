{#- A version keeps its row for ever: those closed by this run, what this table said before, and restated ones. -#}
{%- set kept = {
    'usage_date': 'date', 'version': 'integer', 'known_from_utc': 'timestamp', 'manifest_sha256': 'varchar',
    'legs': 'bigint', 'billed_seconds': 'bigint', 'total_cost': 'decimal(18, 6)', 'currency': 'varchar',
    'reason': 'varchar'
} -%}
with closed_now as (
    select * from {{ ref('int_frozen_days') }}
),

closed_before as (
    select *
    from {{ earlier_rows('day_versions', kept, database='cpm') }}
    where version = 1 and usage_date not in (select usage_date from closed_now)
),

versions as (
    select {{ kept.keys() | join(', ') }} from closed_now
    union all
    select {{ kept.keys() | join(', ') }} from closed_before
    union all
    select {{ kept.keys() | join(', ') }} from {{ ref('int_restated_versions') }}
)

select
    usage_date,
    version,
    known_from_utc,
    manifest_sha256,
    legs,
    billed_seconds,
    {{ minutes('billed_seconds') }} as billed_minutes,
    total_cost,
    currency,
    reason
from versions
