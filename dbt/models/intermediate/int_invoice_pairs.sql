{{ config(materialized='ephemeral') }}
-- D19's tiers as pairs that are possible. A line that names a leg we know (by our reference, else by SIP Call-ID) is
-- tried on that tier alone: were it tried on a weaker one after losing its leg to an equal line, it would take the leg
-- of an innocent call beside it instead of being called the duplicate that it is.
--
-- Whichever day's run looks, the pairs around a day D are the same. A pair is possible only between a leg and a line at
-- most one day apart, and a run has all legs of D-1 to D+1 with all lines that can claim them. Pairs of tier 3 are
-- seconds apart, so a group of them that touches D would need a call every few seconds for 24 hours to reach beyond.
with legs as (
    select * from {{ ref('int_invoice_legs') }}
),

lines as (
    select * from {{ ref('int_invoice_lines') }}
),

by_reference as (
    select
        1 as tier,
        {{ candidate_pair('lines', 'legs') }}
    from lines
    inner join legs
        on lines.internal_leg_reference = legs.leg_id
        and lines.carrier_name = legs.carrier_name
        and lines.line_date between legs.usage_date - 1 and legs.usage_date + 1
),

lines_without_reference as (
    select lines.*
    from lines
    where not exists (
        select 1 from by_reference
        where by_reference.carrier_name = lines.carrier_name
            and by_reference.invoice_number = lines.invoice_number
            and by_reference.line_number = lines.line_number
    )
),

by_sip_call_id as (
    select
        2 as tier,
        {{ candidate_pair('lines', 'legs') }}
    from lines_without_reference as lines
    inner join legs
        on lines.sip_call_id = legs.sip_call_id
        and lines.carrier_name = legs.carrier_name
        and lines.line_date between legs.usage_date - 1 and legs.usage_date + 1
),

lines_without_name as (
    select lines.*
    from lines_without_reference as lines
    where not lines.is_outer_ring
        and not exists (
            select 1 from by_sip_call_id
            where by_sip_call_id.carrier_name = lines.carrier_name
                and by_sip_call_id.invoice_number = lines.invoice_number
                and by_sip_call_id.line_number = lines.line_number
        )
),

-- Times close by are found by equality: a line stands in the bucket of its earliest and, where that is another one, of
-- its latest possible leg. Buckets are at least twice the widest tolerance, so there are never more than these two.
bucket_width as (
    select greatest(60, 2 * max(start_tolerance_seconds) + 1) as width_seconds
    from lines
),

lines_by_number as (
    {{ number_readings('lines_without_name') }}
),

line_instants as (
    select *, first_start_utc as start_utc from lines_by_number
    union all
    select *, second_start_utc as start_utc from lines_by_number where second_start_utc is not null
),

line_ends as (
    select
        line_instants.*,
        {{ time_bucket_number(
            'line_instants.start_utc - ' ~ seconds_interval('line_instants.start_tolerance_seconds'),
            'bucket_width.width_seconds') }} as first_bucket,
        {{ time_bucket_number(
            'line_instants.start_utc + ' ~ seconds_interval('line_instants.start_tolerance_seconds'),
            'bucket_width.width_seconds') }} as last_bucket
    from line_instants
    cross join bucket_width
),

line_buckets as (
    select *, first_bucket as bucket from line_ends
    union all
    select *, last_bucket as bucket from line_ends where last_bucket <> first_bucket
),

leg_buckets as (
    select
        legs.*,
        {{ time_bucket_number('legs.start_time_utc', 'bucket_width.width_seconds') }} as bucket
    from legs
    cross join bucket_width
),

-- A leg stands in one bucket, so a pair is found once; that it is near both instants of a line, whose tolerance spans the
-- clock's shift then, is said of the first.
by_number_and_time as (
    select
        3 as tier,
        {{ candidate_pair('lines', 'legs') }}
    from line_buckets as lines
    inner join leg_buckets as legs
        on lines.carrier_name = legs.carrier_name
        and lines.number_digits = legs.destination_digits
        and lines.bucket = legs.bucket
    where abs({{ microseconds_between('legs.start_time_utc', 'lines.start_utc') }})
            <= 1000000 * lines.start_tolerance_seconds
        and (
            lines.start_utc = lines.first_start_utc
            or abs({{ microseconds_between('legs.start_time_utc', 'lines.first_start_utc') }})
                > 1000000 * lines.start_tolerance_seconds
        )
        and {{ duration_distance('lines', 'legs') }} <= lines.duration_tolerance_seconds
        and lines.line_date between legs.usage_date - 1 and legs.usage_date + 1
)

select * from by_reference
union all
select * from by_sip_call_id
union all
select * from by_number_and_time
