{# Local clocks (D3): the wall clock of a zone at a UTC instant and back, and all the instants at which a wall clock
   shows a given time. Engine specific are only the two conversions; what is valid is decided here. #}

{# The wall clock (naive TIMESTAMP) that `zone` shows at `instant` (naive TIMESTAMP, UTC). #}
{% macro utc_to_local(instant, zone) -%}
    {{- return(adapter.dispatch('utc_to_local')(instant, zone)) -}}
{%- endmacro %}

{% macro duckdb__utc_to_local(instant, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}

{# One instant (naive TIMESTAMP, UTC) near the one at which `zone` shows `local_time`. Where the clock shows it twice or
   never, engines differ and say nothing (DuckDB: the later one; shifted by the gap), so nothing relies on which. #}
{% macro instant_near_local(local_time, zone) -%}
    {{- return(adapter.dispatch('instant_near_local')(local_time, zone)) -}}
{%- endmacro %}

{% macro duckdb__instant_near_local(local_time, zone) -%}
    timezone('UTC', timezone({{ zone }}, {{ local_time }}))
{%- endmacro %}

{# The names of the zones the engine can convert: a relation with the one column `zone_name`. #}
{% macro time_zone_names() -%}
    {{- return(adapter.dispatch('time_zone_names')()) -}}
{%- endmacro %}

{% macro duckdb__time_zone_names() -%}
    (select distinct name as zone_name from pg_timezone_names())
{%- endmacro %}

{# A query: for each row of `relation` (columns `zone`, `local_time`) the instants at which that zone's clock shows that
   time, as `first_utc` and `second_utc`: both NULL where the clock jumps over it (spring), the second NULL on ordinary
   days. `reached_utc` is the first instant at which the clock shows that time or a later one, also in a gap.

   A clock shows L at the instant L - offset, for the offset in force some time before L or the one some time after.
   Where the two differ each is an answer only if converting it back gives L; so shifts of any length are right. The
   offsets are looked up once a date, a day clear of it on both sides (a conversion costs 8 microseconds).
   A gap begins on the hour it jumps from, so L - (offset before) is the jump where L is the gap's beginning. #}
{% macro instants_of_local_times(relation) -%}
    select
        zone,
        local_time,
        case when is_before_valid then least(before_utc, case when is_after_valid then after_utc else before_utc end)
             when is_after_valid then after_utc end as first_utc,
        case when is_before_valid and is_after_valid and before_utc <> after_utc
             then greatest(before_utc, after_utc) end as second_utc,
        case when is_before_valid and is_after_valid then least(before_utc, after_utc)
             when is_after_valid then after_utc
             else before_utc end as reached_utc
    from (
        select
            times.zone,
            times.local_time,
            times.local_time - offsets.before_offset as before_utc,
            times.local_time - offsets.after_offset as after_utc,
            case when offsets.before_offset = offsets.after_offset then true
                 else {{ utc_to_local('times.local_time - offsets.before_offset', 'times.zone') }} = times.local_time
            end as is_before_valid,
            case when offsets.before_offset = offsets.after_offset then true
                 else {{ utc_to_local('times.local_time - offsets.after_offset', 'times.zone') }} = times.local_time
            end as is_after_valid
        from {{ relation }} as times
        inner join (
            select
                zone,
                local_date,
                {{ utc_to_local('before_utc', 'zone') }} - before_utc as before_offset,
                {{ utc_to_local('after_utc', 'zone') }} - after_utc as after_offset
            from (
                select
                    zone,
                    local_date,
                    {{ instant_near_local('cast(local_date as timestamp)', 'zone') }} - interval '1 day' as before_utc,
                    {{ instant_near_local('cast(local_date as timestamp)', 'zone') }} + interval '2 day' as after_utc
                from (select distinct zone, cast(local_time as date) as local_date from {{ relation }}) as dates
            ) as around_dates
        ) as offsets
            on times.zone = offsets.zone
            and cast(times.local_time as date) = offsets.local_date
    ) as answers
{%- endmacro %}

{# A length of time of so many seconds, to be added to a TIMESTAMP. #}
{% macro seconds_interval(seconds) -%}
    {{- return(adapter.dispatch('seconds_interval')(seconds)) -}}
{%- endmacro %}

{% macro duckdb__seconds_interval(seconds) -%}
    to_seconds({{ seconds }})
{%- endmacro %}

{# Whole microseconds from one TIMESTAMP to a later one, negative where it is earlier. #}
{% macro microseconds_between(earlier, later) -%}
    {{- return(adapter.dispatch('microseconds_between')(earlier, later)) -}}
{%- endmacro %}

{% macro duckdb__microseconds_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }}))
{%- endmacro %}

{# The number of whole stretches of `width_seconds` from 1970 to a TIMESTAMP: what to join on to find times close by. #}
{% macro time_bucket_number(instant, width_seconds) -%}
    {{- return(adapter.dispatch('time_bucket_number')(instant, width_seconds)) -}}
{%- endmacro %}

{% macro duckdb__time_bucket_number(instant, width_seconds) -%}
    (epoch_us({{ instant }}) // (1000000 * {{ width_seconds }}))
{%- endmacro %}
