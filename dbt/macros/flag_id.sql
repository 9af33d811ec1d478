{# The name of a disagreement: the same as long as it is about the same leg and line, whatever the figures become.
   Each part is written with its length before it, so that no two lists of parts give one text, and on every engine the
   same; a part that is not there is '-'. #}
{% macro flag_id(flag_type, carrier_name, leg_id, invoice_number, line_number) -%}
    {%- set parts = [] -%}
    {%- for part in [flag_type, carrier_name, leg_id, invoice_number, line_number] -%}
        {%- set with_length = "concat(length(" ~ part ~ "), ':', " ~ part ~ ")" -%}
        {%- do parts.append("case when " ~ part ~ " is null then '-' else " ~ with_length ~ " end") -%}
    {%- endfor -%}
    {{ sha256_hex('concat(' ~ parts | join(", ") ~ ')') }}
{%- endmacro %}

{# SHA-256 of a text's UTF-8 bytes as 64 lower-case hexadecimal digits. #}
{% macro sha256_hex(text) -%}
    {{- return(adapter.dispatch('sha256_hex')(text)) -}}
{%- endmacro %}

{% macro duckdb__sha256_hex(text) -%}
    sha256({{ text }})
{%- endmacro %}
