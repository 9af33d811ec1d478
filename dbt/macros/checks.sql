{# The checks of a day that are SQL, each a view check_<name> with one row per offender: the list in dbt_project.yml,
   which Dagster reads too. #}
{% macro checks() %}
    {{- return(var('checks')) -}}
{% endmacro %}

{# What on-call needs of an offending leg. #}
{% macro leg_offender() -%}
    {{ json_text([
        ['leg_id', shortened('leg_id', 80)],
        ['carrier_name', shortened('carrier_name')],
        ['destination', "'…' || right(destination_number, 2)"],
        ['start_time_utc', 'cast(start_time_utc as varchar)'],
        ['leg_type', 'leg_type'],
        ['call_type', shortened('call_type')],
        ['direction', shortened('direction')],
        ['billing_seconds', 'billing_seconds'],
        ['rating_status', 'rating_status']
    ]) }} as offender
{%- endmacro %}
