{# Leg grain is published for the last CPM_LEG_DAYS days, the open day included. It is dropped at the end of a run, because a day older than that
   can be built too (a backfill), and its aggregates are made from its legs. #}
{% macro drop_old_legs() %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- for name in ['costed_legs', 'costed_legs_rejected', 'cpm_fact', 'rejected_legs'] -%}
            {%- set relation = adapter.get_relation('cpm', target.schema, name) -%}
            {%- if relation -%}
                {%- do run_query(
                    'delete from ' ~ relation ~ ' where usage_date <= (select open_day - leg_days from '
                    ~ source('run', 'run') ~ ')'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
