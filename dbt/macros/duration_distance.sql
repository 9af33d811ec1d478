{# Seconds between a line's duration and the nearest of the leg's media, billing and billed seconds (D19). A line that
   gives only billed minutes is measured by those. NULL, and so never within a tolerance, where a side says nothing. #}
{% macro duration_distance(line, leg) -%}
    least(
        abs({{ line_seconds(line) }} - {{ leg }}.media_seconds),
        abs({{ line_seconds(line) }} - {{ leg }}.billing_seconds),
        abs({{ line_seconds(line) }} - {{ leg }}.billed_seconds)
    )
{%- endmacro %}

{% macro line_seconds(line) -%}
    coalesce({{ line }}.duration_seconds, cast(round({{ line }}.billed_minutes * 60) as bigint))
{%- endmacro %}
