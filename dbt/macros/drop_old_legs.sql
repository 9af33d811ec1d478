{# Leg grain is kept for the last CPM_LEG_DAYS days, the open day included, in the published file and in the working models. It is dropped at the
   end of a run, because a day older than that can be built too (a backfill), and its aggregates are made from its legs. Older legs are in the
   lake, those of closed days in their frozen files: `make legs` reads them. #}
{% macro drop_old_legs() %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- for database, name in [
            ('cpm', 'costed_legs'), ('cpm', 'costed_legs_rejected'), ('cpm', 'cpm_fact'), ('cpm', 'rejected_legs'),
            ('warehouse', 'normalized_usage'), ('warehouse', 'vanished_legs')
        ] -%}
            {%- set relation = adapter.get_relation(database, target.schema, name) -%}
            {%- if relation -%}
                {%- do run_query(
                    'delete from ' ~ relation ~ ' where usage_date <= (select open_day - leg_days from '
                    ~ source('run', 'run') ~ ')'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
