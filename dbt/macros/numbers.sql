{# Called numbers are personal data (D28): how they are shown where they are not wanted in full. #}

{# What a published table shows of a called number, by the setting: all of it, or prefix and last two digits. Of a
   number that was erased (its mark is `MARK` in cpm_assets/domain/erasing.py) the prefix, whatever the setting. #}
{% macro published_number(number, digits, prefix, publish_numbers) -%}
    (case
        when {{ number }} like '%...' then coalesce({{ prefix }}, '') || '…'
        when {{ publish_numbers }} = 'full' or {{ number }} is null then {{ number }}
        else coalesce({{ prefix }}, '') || '…' || coalesce(right({{ digits }}, 2), '')
    end)
{%- endmacro %}

{# A text from outside with every run of seven digits and more cut to its last two, however they are grouped: spaces,
   dots, hyphens, slashes and parentheses between digits belong to the run, and a plus before it. This also cuts amounts
   and ids as long as that. ISO dates stay: their hyphens are a private character while numbers are looked for. A date
   that follows digits is taken for a part of them. #}
{% macro mask_numbers(text) -%}
    {{- return(adapter.dispatch('mask_numbers')(text)) -}}
{%- endmacro %}
{% macro duckdb__mask_numbers(text) -%}
    {%- set separators = '[ ./()\\x{A0}\\x{2010}-\\x{2015}-]*' -%}
    replace(
        regexp_replace(
            regexp_replace(
                {{ text }},
                '(^|[^0-9 ./()+-] ?)((?:19|20)[0-9]{2})-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])(T|\b)',
                '\1\2' || chr(57344) || '\3' || chr(57344) || '\4\5', 'g'
            ),
            '[+(]*[0-9](?:{{ separators }}[0-9]){4,}{{ separators }}([0-9]){{ separators }}([0-9])', '…\1\2', 'g'
        ),
        chr(57344), '-'
    )
{%- endmacro %}

{# A name from outside, cut so that it fits into a message. #}
{% macro shortened(text, length=40) -%}
    (case when length({{ text }}) > {{ length }} then left({{ text }}, {{ length }}) || '…' else {{ text }} end)
{%- endmacro %}
