{# Functions that every engine has under another name. #}

{# A row's columns as a JSON object text: `pairs` is a list of [name, expression]. #}
{% macro json_text(pairs) -%}
    {{- return(adapter.dispatch('json_text')(pairs)) -}}
{%- endmacro %}
{% macro duckdb__json_text(pairs) -%}
    cast(json_object(
        {%- for name, expression in pairs %}'{{ name }}', {{ expression }}{{ ', ' if not loop.last }}{% endfor -%}
    ) as varchar)
{%- endmacro %}

{# One row per day from `first` to `last`, both included, in a column usage_date. #}
{% macro day_spine(first, last) -%}
    {{- return(adapter.dispatch('day_spine')(first, last)) -}}
{%- endmacro %}
{% macro duckdb__day_spine(first, last) -%}
    cast(unnest(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval 1 day)) as date)
{%- endmacro %}

{# A relation with the integers from `first` to `last`, both included, in a column whole_number (BIGINT). #}
{% macro whole_numbers(first, last) -%}
    {{- return(adapter.dispatch('whole_numbers')(first, last)) -}}
{%- endmacro %}
{% macro duckdb__whole_numbers(first, last) -%}
    (select cast(unnest(generate_series({{ first }}, {{ last }})) as bigint) as whole_number)
{%- endmacro %}

{# The day as an integer YYYYMMDD. #}
{% macro date_key(day) -%}
    cast(extract(year from {{ day }}) * 10000 + extract(month from {{ day }}) * 100 + extract(day from {{ day }})
        as integer)
{%- endmacro %}

{% macro days_in_month(day) -%}
    {{- return(adapter.dispatch('days_in_month')(day)) -}}
{%- endmacro %}
{% macro duckdb__days_in_month(day) -%}
    cast(extract(day from last_day({{ day }})) as bigint)
{%- endmacro %}

{# An amount as text without trailing zeros: 0.010000 is 0.01. #}
{% macro plain_amount(amount) -%}
    {{- return(adapter.dispatch('plain_amount')(amount)) -}}
{%- endmacro %}
{% macro duckdb__plain_amount(amount) -%}
    regexp_replace(cast({{ amount }} as varchar), '\.?0+$', '')
{%- endmacro %}

{# The ISO week as text, 2026-W44. #}
{% macro iso_week(day) -%}
    {{- return(adapter.dispatch('iso_week')(day)) -}}
{%- endmacro %}
{% macro duckdb__iso_week(day) -%}
    strftime({{ day }}, '%G-W%V')
{%- endmacro %}

{# The month as text, 2026-11. #}
{% macro month_text(day) -%}
    {{- return(adapter.dispatch('month_text')(day)) -}}
{%- endmacro %}
{% macro duckdb__month_text(day) -%}
    strftime({{ day }}, '%Y-%m')
{%- endmacro %}

{# The time of day of an instant as text, HH:MM. #}
{% macro time_of_day_text(instant) -%}
    {{- return(adapter.dispatch('time_of_day_text')(instant)) -}}
{%- endmacro %}
{% macro duckdb__time_of_day_text(instant) -%}
    strftime({{ instant }}, '%H:%M')
{%- endmacro %}

{# The instant (TIMESTAMP, UTC) of a day at a time of day written HH:MM. #}
{% macro at_time_of_day(day, time_of_day) -%}
    {{- return(adapter.dispatch('at_time_of_day')(day, time_of_day)) -}}
{%- endmacro %}
{% macro duckdb__at_time_of_day(day, time_of_day) -%}
    ({{ day }} + cast({{ time_of_day }} as time))
{%- endmacro %}

{# The first day of the month after the one that begins on `month`. #}
{% macro next_month(month) -%}
    {{- return(adapter.dispatch('next_month')(month)) -}}
{%- endmacro %}
{% macro duckdb__next_month(month) -%}
    cast({{ month }} + interval 1 month as date)
{%- endmacro %}
