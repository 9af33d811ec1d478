{# What a candidate pair is known by, and how far its two sides are apart (D19): columns of `line` and `leg`. #}
{% macro candidate_pair(line, leg) -%}
    {{ leg }}.leg_id,
    {{ line }}.carrier_name,
    {{ line }}.invoice_number,
    {{ line }}.line_number,
    {{ line }}.charge_amount < 0 as is_credit,
    {{ leg }}.start_time_utc as leg_start_utc,
    {{ line }}.first_start_utc as line_start_utc,
    least(
        abs({{ microseconds_between(leg ~ '.start_time_utc', line ~ '.first_start_utc') }}),
        abs({{ microseconds_between(leg ~ '.start_time_utc', line ~ '.second_start_utc') }})
    ) as start_distance_microseconds,
    {{ duration_distance(line, leg) }} as duration_distance_seconds
{%- endmacro %}
