{# A query: the columns of `relation` (rows shaped as `stg_invoices__lines`) and for each where and when it belongs:
   `carrier_name` and `zone` (the one told from its file, int_invoice_clocks, else that of the contract that holds the
   line's local date), the candidate instants `first_start_utc`
   and `second_start_utc` (D3) by a clock set right, and `reject_reason` where there is none and a call needs one. One place, because a line has to be rejected,
   counted and matched by the same rule. Conversions are made once per distinct minute, not per line: clocks change on
   whole minutes, and a month has 45,000 of them where an invoice has a million lines. #}
{% macro place_invoice_lines(relation) -%}
    with lines_with_terms as (
        select
            lines.*,
            folders.carrier_name,
            coalesce(clocks.told_zone, terms.invoice_timezone) as zone,
            coalesce(clocks.offset_seconds, 0) as clock_offset_seconds,
            terms.stated_timezone as stated_zone,
            terms.currency as contract_currency,
            terms.charge_tolerance,
            terms.minute_tolerance,
            terms.start_tolerance_seconds,
            terms.duration_tolerance_seconds,
            case when lines.start_utc is null then date_trunc('minute', lines.start_local) end as local_minute
        from {{ relation }} as lines
        left join {{ ref('int_invoice_folders') }} as folders on lines.carrier_folder = folders.invoice_folder
        left join {{ ref('int_invoice_terms') }} as terms
            on folders.carrier_name = terms.carrier_name
            and lines.start_date >= terms.from_date
            and lines.start_date < terms.to_date
        left join {{ ref('int_invoice_clocks') }} as clocks
            on lines.carrier_folder = clocks.carrier_folder
            and lines.source_file_sha256 = clocks.source_file_sha256
    ),

    local_minutes as (
        select distinct
            zone,
            local_minute as local_time
        from lines_with_terms
        where zone is not null
            and local_minute is not null
    ),

    instants as (
        {{ instants_of_local_times('local_minutes') }}
    )

    select
        lines_with_terms.*,
        coalesce(
            lines_with_terms.start_utc,
            instants.first_utc + (lines_with_terms.start_local - lines_with_terms.local_minute)
        ) - {{ seconds_interval('lines_with_terms.clock_offset_seconds') }} as first_start_utc,
        instants.second_utc + (lines_with_terms.start_local - lines_with_terms.local_minute)
            - {{ seconds_interval('lines_with_terms.clock_offset_seconds') }} as second_start_utc,
        case
            when lines_with_terms.carrier_name is null
                then concat('no contract names the invoice folder ', lines_with_terms.carrier_folder)
            when lines_with_terms.start_utc is not null or lines_with_terms.line_kind in ('tax', 'fee') then null
            when lines_with_terms.start_local is null then 'no start time'
            when lines_with_terms.zone is null
                then concat('time zone ', lines_with_terms.stated_zone, ' of the contract is not known')
            when instants.first_utc is null
                then concat(
                    'local time ', {{ local_time_text('lines_with_terms.start_local') }},
                    ' does not exist in ', lines_with_terms.zone
                )
        end as reject_reason
    from lines_with_terms
    left join instants
        on lines_with_terms.zone = instants.zone
        and lines_with_terms.local_minute = instants.local_time
{%- endmacro %}

{# `YYYY-MM-DD HH:MM:SS` of a naive TIMESTAMP, for people. #}
{% macro local_time_text(local_time) -%}
    {{- return(adapter.dispatch('local_time_text')(local_time)) -}}
{%- endmacro %}

{% macro duckdb__local_time_text(local_time) -%}
    strftime({{ local_time }}, '%Y-%m-%d %H:%M:%S')
{%- endmacro %}
