{#- As int_restated_versions: this run's, and what cpm_daily_restated said before. -#}
{%- set kept = {
    'usage_date': 'date', 'carrier_name': 'varchar', 'destination_region': 'varchar', 'currency': 'varchar',
    'legs': 'bigint', 'unrated_legs': 'bigint', 'media_seconds': 'bigint', 'raw_seconds': 'bigint',
    'billed_seconds': 'bigint', 'media_minutes': 'decimal(18, 6)', 'raw_minutes': 'decimal(18, 6)',
    'billed_minutes': 'decimal(18, 6)', 'total_cost': 'decimal(18, 6)', 'cpm': 'decimal(18, 8)', 'is_final': 'boolean'
} -%}
with cells as (
    select * from {{ lake_rows('restated_versions', 'daily_path', 'is_latest', 'empty_restated_daily') }}
),

latest as (
    select usage_date, version from {{ source('run', 'restated_versions') }} where is_latest
),

made_before as (
    select *
    from {{ earlier_rows('cpm_daily_restated', dict(kept, version='integer'), database='cpm') }}
    where version > 1 and usage_date not in (select usage_date from latest)
)

select
    {%- for column in kept %}
    cells.{{ column }},
    {%- endfor %}
    latest.version
from cells
inner join latest on cells.usage_date = latest.usage_date
union all
select {{ kept.keys() | join(', ') }}, version
from made_before
