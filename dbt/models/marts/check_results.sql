{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_run_days'}
) }}
{#- A check that this run does not evaluate for one of its days keeps what the last run said. -#}
{%- set result_columns = {
    'usage_date': 'date', 'check_name': 'varchar', 'asset_name': 'varchar', 'severity': 'varchar',
    'is_blocking': 'boolean', 'is_passed': 'boolean', 'is_waived': 'boolean', 'failing_rows': 'bigint', 'offenders': 'varchar',
    'run_id': 'varchar', 'evaluated_at_utc': 'timestamp'
} -%}
with run_days as (
    select * from {{ ref('int_run_days') }}
),

settings as (
    select * from {{ source('run', 'run') }}
),

evaluated as (
    {%- for check in checks() %}
    select
        run_days.usage_date,
        '{{ check.name }}' as check_name,
        '{{ check.asset }}' as asset_name,
        '{{ check.severity }}' as severity,
        {{ check.is_blocking | lower }} as is_blocking,
        {{ check.tolerated }} as tolerated,
        run_days.run_id,
        run_days.built_at_utc
    from run_days
    cross join settings
    where run_days.{{ check.scope }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

offenders as (
    {%- for check in checks() %}
    select usage_date, '{{ check.name }}' as check_name, offender from {{ ref('check_' ~ check.name) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

numbered as (
    select
        usage_date,
        check_name,
        offender,
        row_number() over (partition by usage_date, check_name order by offender) as offender_rank,
        count(*) over (partition by usage_date, check_name) as offenders
    from offenders
),

summed as (
    select
        usage_date,
        check_name,
        max(offenders) as failing_rows,
        '[' || string_agg(offender, ', ' order by offender_rank) || ']' as offenders
    from numbered
    where offender_rank <= 10
    group by usage_date, check_name
),

waived as (
    select usage_date, check_name from {{ ref('int_waived_checks') }}
),

results as (
    select
        evaluated.usage_date,
        evaluated.check_name,
        evaluated.asset_name,
        evaluated.severity,
        evaluated.is_blocking,
        coalesce(summed.failing_rows, 0) <= evaluated.tolerated as is_passed,
        evaluated.is_blocking
        and coalesce(summed.failing_rows, 0) > evaluated.tolerated
        and waived.check_name is not null as is_waived,
        cast(coalesce(summed.failing_rows, 0) as bigint) as failing_rows,
        coalesce(summed.offenders, '[]') as offenders,
        evaluated.run_id,
        evaluated.built_at_utc as evaluated_at_utc
    from evaluated
    left join summed on evaluated.usage_date = summed.usage_date and evaluated.check_name = summed.check_name
    left join waived on evaluated.usage_date = waived.usage_date and evaluated.check_name = waived.check_name
),

kept as (
    select *
    from {{ earlier_rows('check_results', result_columns, database='cpm') }}
    where usage_date in (select usage_date from run_days)
)

select {{ result_columns.keys() | join(', ') }} from results
union all
select {{ result_columns.keys() | join(', ') }}
from kept
where not exists (
    select 1 from evaluated where evaluated.usage_date = kept.usage_date and evaluated.check_name = kept.check_name
)
