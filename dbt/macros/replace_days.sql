{# The incremental strategy of every model with a day in its grain: the rows of the days that `meta.days_relation`
   names (only those where `meta.days_where` holds, if it is given) are replaced as a whole, so a day that became
   empty ends empty (D23) and a second run changes nothing. #}
{% macro get_incremental_replace_days_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set meta = config.get('meta') -%}
    delete from {{ arg_dict['target_relation'] }}
    where usage_date in (
        select usage_date from {{ ref(meta['days_relation']) }} where {{ meta.get('days_where', 'true') }}
    );
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}
