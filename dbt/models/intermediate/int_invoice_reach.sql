-- Two rows an invoice. What it covers (D20): the period that the file states (source 'layout'), else from the first
-- call's day to the last one's (source 'lines'); money that comes back for a call of May does not make an invoice of
-- June say anything of May, and a credit note covers nothing. What it touches: the days of all its lines.
with sums as (
    select * from {{ ref('int_invoice_sums') }}
),

copies as (
    select * from {{ ref('int_invoice_copies') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

terms as (
    select * from {{ ref('int_invoice_terms') }}
),

clocks as (
    select * from {{ ref('int_invoice_clocks') }}
),

headers as (
    select * from {{ ref('stg_invoices__headers') }}
    where period_first_date <= period_last_date
),

stated_periods as (
    select
        folders.carrier_name,
        headers.invoice_number,
        headers.period_first_date,
        headers.period_last_date,
        row_number() over (
            partition by folders.carrier_name, headers.invoice_number
            order by headers.received_at_utc desc, headers.source_file_sha256 desc, headers.carrier_folder desc
        ) as newest_first
    from headers
    inner join folders on headers.carrier_folder = folders.invoice_folder
),

-- The clock is the one told from the invoice's latest file (int_invoice_clocks).
newest_copies as (
    select
        folders.carrier_name,
        copies.invoice_number,
        copies.carrier_folder,
        copies.source_file_sha256,
        copies.received_at_utc,
        row_number() over (
            partition by folders.carrier_name, copies.invoice_number
            order by copies.received_at_utc desc, copies.source_file_sha256 desc, copies.carrier_folder desc
        ) as newest_first
    from copies
    inner join folders on copies.carrier_folder = folders.invoice_folder
),

invoice_clocks as (
    select
        newest_copies.carrier_name,
        newest_copies.invoice_number,
        newest_copies.received_at_utc,
        clocks.told_zone,
        coalesce(clocks.offset_seconds, 0) as offset_seconds
    from newest_copies
    left join clocks
        on newest_copies.carrier_folder = clocks.carrier_folder
        and newest_copies.source_file_sha256 = clocks.source_file_sha256
    where newest_copies.newest_first = 1
),

spans as (
    select
        carrier_name,
        invoice_number,
        'covered' as reach,
        min(case when line_kind <> 'credit' then first_start_local end) as first_start_local,
        min(case when line_kind <> 'credit' then first_start_utc end) as first_start_utc,
        max(case when line_kind <> 'credit' then last_start_local end) as last_start_local,
        max(case when line_kind <> 'credit' then last_start_utc end) as last_start_utc
    from sums
    group by carrier_name, invoice_number
    having count(case when line_kind = 'call' then 1 end) > 0
        or count(case when line_kind = 'credit' then 1 end) = 0
    union all
    select
        carrier_name,
        invoice_number,
        'touched' as reach,
        min(first_start_local) as first_start_local,
        min(first_start_utc) as first_start_utc,
        max(last_start_local) as last_start_local,
        max(last_start_utc) as last_start_utc
    from sums
    group by carrier_name, invoice_number
),

-- Where a period is stated, the lines say nothing of what is covered.
dated_spans as (
    select
        spans.carrier_name,
        spans.invoice_number,
        spans.reach,
        stated_periods.period_first_date,
        stated_periods.period_last_date,
        {%- for column in ['first_start_local', 'first_start_utc', 'last_start_local', 'last_start_utc'] %}
        case when spans.reach = 'touched' or stated_periods.invoice_number is null then spans.{{ column }} end
            as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from spans
    left join stated_periods
        on spans.carrier_name = stated_periods.carrier_name
        and spans.invoice_number = stated_periods.invoice_number
        and stated_periods.newest_first = 1
),

invoices as (
    select
        dated_spans.*,
        invoice_clocks.told_zone,
        invoice_clocks.offset_seconds,
        invoice_clocks.received_at_utc,
        least(
            dated_spans.period_first_date,
            cast(least(dated_spans.first_start_local, dated_spans.first_start_utc) as date)
        ) as first_written_date,
        greatest(
            dated_spans.period_last_date,
            cast(greatest(dated_spans.last_start_local, dated_spans.last_start_utc) as date)
        ) as last_written_date
    from dated_spans
    inner join invoice_clocks
        on dated_spans.carrier_name = invoice_clocks.carrier_name
        and dated_spans.invoice_number = invoice_clocks.invoice_number
),

-- The contract, and so the zone where none was told, is the one that holds the date as written.
first_days as (
    select
        invoices.carrier_name,
        invoices.invoice_number,
        invoices.reach,
        coalesce(invoices.told_zone, terms.invoice_timezone) as zone,
        invoices.offset_seconds,
        invoices.received_at_utc,
        terms.start_tolerance_seconds,
        invoices.period_first_date is not null as is_stated,
        least(
            invoices.period_first_date,
            cast(invoices.first_start_local as date),
            cast({{ utc_to_local(
                'invoices.first_start_utc', 'coalesce(invoices.told_zone, terms.invoice_timezone)'
            ) }} as date)
        ) as local_day
    from invoices
    inner join terms
        on invoices.carrier_name = terms.carrier_name
        and invoices.first_written_date >= terms.from_date
        and invoices.first_written_date < terms.to_date
),

last_days as (
    select
        invoices.carrier_name,
        invoices.invoice_number,
        invoices.reach,
        coalesce(invoices.told_zone, terms.invoice_timezone) as zone,
        invoices.offset_seconds,
        terms.start_tolerance_seconds,
        greatest(
            invoices.period_last_date,
            cast(invoices.last_start_local as date),
            cast({{ utc_to_local(
                'invoices.last_start_utc', 'coalesce(invoices.told_zone, terms.invoice_timezone)'
            ) }} as date)
        ) as local_day
    from invoices
    inner join terms
        on invoices.carrier_name = terms.carrier_name
        and invoices.last_written_date >= terms.from_date
        and invoices.last_written_date < terms.to_date
),

midnights as (
    select zone, cast(local_day as timestamp) as local_time from first_days
    union
    select zone, cast(local_day as timestamp) + interval '1 day' from last_days
),

midnight_instants as (
    {{ instants_of_local_times('midnights') }}
)

-- The ends are drawn in by the start tolerance: a leg as close to midnight as that may stand, rightly, in the invoice
-- before or after, and is not said to be missing from this one. The first instant of a day is meant also where the
-- clock jumps over midnight or shows it twice.
select
    first_days.carrier_name,
    first_days.invoice_number,
    first_days.reach,
    opening.reached_utc
        + {{ seconds_interval('first_days.start_tolerance_seconds - first_days.offset_seconds') }} as from_utc,
    closing.reached_utc
        - {{ seconds_interval('last_days.start_tolerance_seconds + last_days.offset_seconds') }} as to_utc,
    case when first_days.is_stated then 'layout' else 'lines' end as source,
    first_days.received_at_utc,
    first_days.local_day as first_date,
    last_days.local_day as last_date
from first_days
inner join last_days
    on first_days.carrier_name = last_days.carrier_name
    and first_days.invoice_number = last_days.invoice_number
    and first_days.reach = last_days.reach
inner join midnight_instants as opening
    on first_days.zone = opening.zone
    and cast(first_days.local_day as timestamp) = opening.local_time
inner join midnight_instants as closing
    on last_days.zone = closing.zone
    and cast(last_days.local_day as timestamp) + interval '1 day' = closing.local_time
