-- The sampled lines of the files whose clock is told, with every leg that they can mean, whichever zone they are in: of
-- their number and duration, within 15 hours.
with files as (
    select * from {{ ref('int_invoice_clock_files') }}
),

samples as (
    select * from {{ ref('int_invoice_clock_samples') }}
),

terms as (
    select * from {{ ref('int_invoice_terms') }}
),

normalized_usage as (
    select * from {{ ref('normalized_usage') }}
),

lines as (
    select
        samples.carrier_folder,
        samples.source_file_sha256,
        samples.sample_number,
        samples.start_local,
        samples.start_utc,
        samples.start_date,
        samples.destination_digits,
        samples.duration_seconds,
        samples.billed_minutes,
        files.carrier_name,
        terms.invoice_timezone as contract_zone,
        terms.start_tolerance_seconds,
        terms.duration_tolerance_seconds
    from samples
    inner join files
        on samples.carrier_folder = files.carrier_folder
        and samples.source_file_sha256 = files.source_file_sha256
    inner join terms
        on files.carrier_name = terms.carrier_name
        and samples.start_date >= terms.from_date
        and samples.start_date < terms.to_date
    where samples.is_usable
),

readings as (
    {{ number_readings('lines') }}
),

line_dates as (
    select
        readings.*,
        readings.start_date + steps.step as usage_date
    from readings
    cross join (values (-1), (0), (1)) as steps(step)
),

-- A number called all the time would be joined with itself; more than 200 calls a day tell nothing.
wanted_numbers as (
    select distinct carrier_name, usage_date, number_digits from line_dates
),

counted_legs as (
    select
        normalized_usage.carrier_name,
        normalized_usage.usage_date,
        normalized_usage.destination_digits,
        normalized_usage.start_time_utc,
        normalized_usage.media_seconds,
        normalized_usage.billing_seconds,
        count(*) over (
            partition by
                normalized_usage.carrier_name, normalized_usage.usage_date, normalized_usage.destination_digits
        ) as legs_to_number
    from normalized_usage
    inner join wanted_numbers
        on normalized_usage.carrier_name = wanted_numbers.carrier_name
        and normalized_usage.usage_date = wanted_numbers.usage_date
        and normalized_usage.destination_digits = wanted_numbers.number_digits
    where normalized_usage.leg_type in ('primary', 'transfer')
),

legs as (
    select * from counted_legs where legs_to_number <= 200
)

-- Invoices cut their starts to whole seconds; were the legs' not, every clock would seem half a second late.
-- A line that states billed minutes alone says of the duration that it is not longer, and not a minute shorter.
select
    lines.carrier_folder,
    lines.source_file_sha256,
    lines.sample_number,
    lines.start_local,
    lines.start_utc,
    lines.contract_zone,
    lines.start_tolerance_seconds,
    date_trunc('second', legs.start_time_utc) as leg_start_utc
from line_dates as lines
inner join legs
    on lines.carrier_name = legs.carrier_name
    and lines.usage_date = legs.usage_date
    and lines.number_digits = legs.destination_digits
where abs({{ microseconds_between('legs.start_time_utc', 'coalesce(lines.start_local, lines.start_utc)') }})
        <= 15 * 3600 * cast(1000000 as bigint)
    and case
        when lines.duration_seconds is null
            then 60 * lines.billed_minutes - legs.billing_seconds between -lines.duration_tolerance_seconds
                and 60 + lines.duration_tolerance_seconds
        else least(
            abs(lines.duration_seconds - legs.media_seconds), abs(lines.duration_seconds - legs.billing_seconds)
        ) <= lines.duration_tolerance_seconds
    end
