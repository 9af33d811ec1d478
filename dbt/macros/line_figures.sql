{# What an invoice line states, as integers that the arithmetic of rating can take (D5's bounds), NULL where the line
   states nothing or something beyond them. #}

{# Billed seconds from billed minutes: layouts that bill seconds give seconds/60 half up, and rounding gives them back. #}
{% macro stated_seconds(billed_minutes) -%}
    (case when {{ billed_minutes }} between 0 and 10080 then cast(round({{ billed_minutes }} * 60) as bigint) end)
{%- endmacro %}

{# The rate per minute in 10^-8. #}
{% macro usable_rate_e8(rate) -%}
    (case when {{ rate }} between 0 and 1000 then cast({{ to_units(rate, 8) }} as bigint) end)
{%- endmacro %}
