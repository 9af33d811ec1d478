{# Whether a model upstream has such rows, asked when the model that wants to know is run; true in `dbt compile`, so that
   compiled SQL does not depend on data. For what is expensive to compute and usually empty. #}
{% macro has_rows(relation, condition) %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set found = run_query('select count(*) from ' ~ relation ~ ' where ' ~ condition) -%}
        {{- return(found.columns[0].values()[0] > 0) -}}
    {%- endif -%}
    {{- return(true) -}}
{% endmacro %}
