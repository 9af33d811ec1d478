{# The zones in which an invoice's times are looked for besides UTC and the contracts' own: one for each way in which the
   world's clocks are set (offset, and whether and when it changes), the likelier ones first. Of zones that fit a file
   equally well the first is named. #}
{% macro clock_zones() %}
    {{- return([
        'America/New_York', 'America/Chicago', 'America/Los_Angeles', 'Europe/London', 'Europe/Berlin',
        'America/Denver', 'Asia/Kolkata', 'Asia/Shanghai', 'Australia/Sydney', 'Asia/Tokyo', 'Europe/Athens',
        'Europe/Moscow', 'America/Sao_Paulo', 'America/Mexico_City', 'America/Phoenix', 'America/Halifax',
        'America/Bogota', 'America/Caracas', 'America/Santiago', 'America/St_Johns', 'America/Anchorage',
        'Pacific/Honolulu', 'Etc/GMT+8', 'Atlantic/Azores', 'Africa/Lagos', 'Africa/Johannesburg', 'Africa/Cairo',
        'Asia/Jerusalem', 'Asia/Beirut', 'Asia/Dubai', 'Asia/Tehran', 'Asia/Kabul', 'Asia/Karachi', 'Asia/Kathmandu',
        'Asia/Dhaka', 'Asia/Yangon', 'Asia/Bangkok', 'Australia/Adelaide', 'Australia/Darwin', 'Australia/Brisbane',
        'Australia/Lord_Howe', 'Pacific/Noumea', 'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Tongatapu'
    ]) -}}
{% endmacro %}

{# Microseconds by which a line's start, as written, is later than its leg's on the wall clock of `zone`. From an instant
   to a wall clock there is one answer, also in the night of a clock change. #}
{% macro clock_distance(pair, zone) -%}
    case
        when {{ pair }}.start_utc is not null
            then {{ microseconds_between(pair ~ '.leg_start_utc', pair ~ '.start_utc') }}
        else {{ microseconds_between(utc_to_local(pair ~ '.leg_start_utc', zone), pair ~ '.start_local') }}
    end
{%- endmacro %}
