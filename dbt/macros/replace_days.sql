{# The incremental strategy of every model with a day in its grain: the rows of the days in the model that
   `meta.days_relation` names are replaced as a whole, so a day that became empty ends empty (D23) and a second
   run changes nothing. #}
{% macro get_incremental_replace_days_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where usage_date in (select usage_date from {{ ref(config.meta_require('days_relation')) }});
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}
