{# The rows of a model for the closed days that this run reads back from their frozen files (D21), to be united with the
   rows that it computes; nothing when there is no such day. `columns` are those of the model, in its order; `later`
   maps those that files of older versions lack to their types. #}
{% macro restored_rows(model_name, columns, later={}) %}
    {{- return(adapter.dispatch('restored_rows')(model_name, columns, later)) -}}
{% endmacro %}

{% macro duckdb__restored_rows(model_name, columns, later) %}
    {%- set directories = [] -%}
    {%- if execute -%}
        {%- set found = run_query(
            'select directory from ' ~ source('run', 'freezings') ~ ' where is_restored order by 1'
        ) -%}
        {%- set directories = found.columns[0].values() | list -%}
    {%- endif -%}
    {%- if directories %}
union all
select {{ columns | join(', ') }}
from (
    select *
    from read_parquet([
    {%- for directory in directories -%}
        '{{ directory | replace("'", "''") }}/{{ model_name }}.parquet'{{ ', ' if not loop.last }}
    {%- endfor -%}
    ], union_by_name = true)
    {%- if later %}
    union all by name
    select
        {%- for name, type in later.items() %} cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}{% endfor %}
    where false
    {%- endif %}
)
    {%- endif -%}
{% endmacro %}

{# The days of this run whose figures are computed, not read back. #}
{% macro computed_days() -%}
    (select usage_date from {{ ref('int_accepted_days') }} where not is_restored)
{%- endmacro %}

{# The columns of cpm_hourly, cpm_daily and cpm_by_prefix that hold sums, in the order of `published_sums`. #}
{% macro published_sum_columns() %}
    {{- return([
        'legs', 'unrated_legs', 'media_seconds', 'raw_seconds', 'billed_seconds', 'media_minutes', 'raw_minutes',
        'billed_minutes', 'total_cost', 'cpm'
    ]) -}}
{% endmacro %}
