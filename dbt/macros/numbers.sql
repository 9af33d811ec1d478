{# Called numbers are personal data (D28): how they are shown where they are not wanted in full. #}

{# What a published table shows of a called number, by the setting: all of it, or prefix and last two digits. #}
{% macro published_number(number, digits, prefix, publish_numbers) -%}
    (case
        when {{ publish_numbers }} = 'full' or {{ number }} is null then {{ number }}
        else coalesce({{ prefix }}, '') || '…' || coalesce(right({{ digits }}, 2), '')
    end)
{%- endmacro %}

{# A text from outside with every number in it cut to its last two digits: runs of seven digits and more, and numbers
   written with a plus and separators. #}
{% macro mask_numbers(text) -%}
    {{- return(adapter.dispatch('mask_numbers')(text)) -}}
{%- endmacro %}
{% macro duckdb__mask_numbers(text) -%}
    regexp_replace(
        regexp_replace({{ text }}, '\+[0-9][0-9 .()-]{4,}([0-9])[ .()-]*([0-9])', '…\1\2', 'g'),
        '[0-9]{5,}([0-9]{2})', '…\1', 'g'
    )
{%- endmacro %}

{# A name from outside, cut so that it fits into a message. #}
{% macro shortened(text, length=40) -%}
    (case when length({{ text }}) > {{ length }} then left({{ text }}, {{ length }}) || '…' else {{ text }} end)
{%- endmacro %}
