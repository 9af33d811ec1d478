{# Rows of the lake's Parquet files that a source of the run lists, or of the empty file with the same columns when
   there are none. The list is read when the model is compiled for execution: no model looks for files itself. #}
{% macro lake_rows(files_source, path_column, where, empty) %}
    {{- return(adapter.dispatch('lake_rows')(files_source, path_column, where, empty)) -}}
{% endmacro %}

{% macro duckdb__lake_rows(files_source, path_column, where, empty) %}
    {%- set paths = [] -%}
    {%- if execute -%}
        {%- set found = run_query(
            'select distinct ' ~ path_column ~ ' from ' ~ source('run', files_source)
            ~ ' where ' ~ path_column ~ ' is not null and (' ~ where ~ ') order by 1'
        ) -%}
        {%- set paths = found.columns[0].values() | list -%}
    {%- endif -%}
    {%- if paths -%}
        read_parquet([
        {%- for path in paths %}'{{ path | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor -%}
        ])
    {%- else -%}
        {{ source('run', empty) }}
    {%- endif -%}
{% endmacro %}

{# The asked days whose extractions this run reads: the days it costs and the day before each (D15). #}
{% macro is_asked_day_of_run(asked_day) -%}
    {%- set costed = 'select usage_date from ' ~ source('run', 'days') ~ ' where ' ~ is_costed_from_files() -%}
    ({{ asked_day }} in ({{ costed }}) or {{ asked_day }} in (select usage_date - 1 from ({{ costed }})))
{%- endmacro %}

{# A day of the run is normalised from the lake only if its extraction is complete (D23). #}
{% macro is_costed_from_files() -%}
    (is_costed and extraction_state = 'complete')
{%- endmacro %}
