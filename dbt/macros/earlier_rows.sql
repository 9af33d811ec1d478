{# The rows a model held before this run, for models upstream of it (a ref would be a cycle) or for itself; no rows
   when it does not exist yet. `columns` maps each wanted column to its type. #}
{% macro earlier_rows(model_name, columns, database=none) %}
    {%- set relation = adapter.get_relation(database or target.database, target.schema, model_name) if execute else none -%}
    {%- if relation -%}
    (select {{ columns.keys() | join(', ') }} from {{ relation }})
    {%- else -%}
    (
        select
        {%- for name, type in columns.items() %}
            cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
        where false
    )
    {%- endif -%}
{% endmacro %}
