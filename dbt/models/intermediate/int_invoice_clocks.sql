{{ config(
    materialized='incremental', incremental_strategy='delete+insert',
    unique_key=['carrier_folder', 'source_file_sha256']
) }}
-- A file's clock, told from the sampled lines that have a leg of their number and duration within 15 hours: the zone and
-- the whole seconds (the clock's time less the true one) that put most of these lines within their start tolerance of
-- such a leg. 15 hours hold every zone of the world. Less than 450 s is half of the quarter of an hour in which zones
-- differ, so that a zone and an offset cannot stand for one another.
--
-- The contract's zone and a clock that is right stand unless others explain at least ten lines and a twentieth more of
-- the lines than these do, and half of them in all. What is told is remembered. A file is looked at by a run that
-- reconciles a day of it, if the file, the carrier's zones, or the figures of the days that it covers are others than
-- when it was last told (told_from): so a day's run looks at few files, and every order of runs ends the same.
with samples as (
    select * from {{ ref('int_invoice_clock_samples') }}
),

reconciled_days as (
    select * from {{ ref('int_reconciled_days') }}
),

day_status as (
    select * from {{ ref('day_status') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

terms as (
    select * from {{ ref('int_invoice_terms') }}
),

carrier_zones as (
    select * from {{ ref('int_invoice_zones') }}
),

normalized_usage as (
    select * from {{ ref('normalized_usage') }}
),

zone_names as (
    select * from {{ time_zone_names() }}
),

sampled_files as (
    select distinct
        samples.carrier_folder,
        samples.source_file_sha256,
        samples.rows_path,
        samples.first_date,
        samples.last_date,
        folders.carrier_name,
        carrier_zones.zones_key
    from samples
    inner join folders on samples.carrier_folder = folders.invoice_folder
    inner join carrier_zones on folders.carrier_name = carrier_zones.carrier_name
),

-- One condition that holds for a run of any days, so that the few files are found before anything is joined to them.
reconciled_files as (
    select *
    from sampled_files
    where exists (
        select 1 from reconciled_days
        where reconciled_days.usage_date between sampled_files.first_date - 1 and sampled_files.last_date + 1
    )
),

files as (
    select
        reconciled_files.*,
        concat(
            reconciled_files.rows_path, ' ', reconciled_files.zones_key, ' ',
            count(day_status.last_good_at_utc), ' ', max(day_status.last_good_at_utc)
        ) as told_from
    from reconciled_files
    left join day_status
        on day_status.usage_date between reconciled_files.first_date - 1 and reconciled_files.last_date + 1
    group by
        reconciled_files.carrier_folder, reconciled_files.source_file_sha256, reconciled_files.rows_path,
        reconciled_files.first_date, reconciled_files.last_date, reconciled_files.carrier_name,
        reconciled_files.zones_key
),

changed_files as (
    select files.*
    from files
    {%- if is_incremental() %}
    left join {{ this }} as known
        on files.carrier_folder = known.carrier_folder
        and files.source_file_sha256 = known.source_file_sha256
        and files.told_from = known.told_from
    where known.told_from is null
    {%- endif %}
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
        changed_files.carrier_name,
        terms.invoice_timezone as contract_zone,
        terms.start_tolerance_seconds,
        terms.duration_tolerance_seconds
    from samples
    inner join changed_files
        on samples.carrier_folder = changed_files.carrier_folder
        and samples.source_file_sha256 = changed_files.source_file_sha256
    inner join terms
        on changed_files.carrier_name = terms.carrier_name
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
),

-- Invoices cut their starts to whole seconds; were the legs' not, every clock would seem half a second late.
-- A line that states billed minutes alone says of the duration that it is not longer, and not a minute shorter.
pairs as (
    select
        lines.*,
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
),

evidence as (
    select
        carrier_folder,
        source_file_sha256,
        count(distinct sample_number) as lines_seen
    from pairs
    group by carrier_folder, source_file_sha256
),

-- The contract's zone is tried as what it is on each line's date.
zones as (
    select zone_name, min(preference) as preference
    from (
        select 'UTC' as zone_name, 1 as preference
        union all
        select distinct invoice_timezone as zone_name, 2 as preference from terms
        {%- for zone in clock_zones() %}
        union all
        select '{{ zone }}' as zone_name, {{ loop.index + 2 }} as preference
        {%- endfor %}
    ) as named
    where zone_name in (select zone_name from zone_names)
    group by zone_name
),

contract_distances as (
    select
        pairs.*,
        cast(null as varchar) as zone_name,
        0 as preference,
        {{ clock_distance('pairs', 'pairs.contract_zone') }} as distance_microseconds
    from pairs
),

-- What the contract says explains that many lines; where hardly more could be, the world's zones are not tried.
as_contracted as (
    select
        carrier_folder,
        source_file_sha256,
        count(distinct sample_number) as lines_as_contracted
    from contract_distances
    where abs(distance_microseconds) <= 1000000 * start_tolerance_seconds
    group by carrier_folder, source_file_sha256
),

searched_files as (
    select
        evidence.carrier_folder,
        evidence.source_file_sha256
    from evidence
    left join as_contracted
        on evidence.carrier_folder = as_contracted.carrier_folder
        and evidence.source_file_sha256 = as_contracted.source_file_sha256
    where 20 * (evidence.lines_seen - coalesce(as_contracted.lines_as_contracted, 0)) >= evidence.lines_seen
        and evidence.lines_seen - coalesce(as_contracted.lines_as_contracted, 0) >= 10
),

zone_distances as (
    select contract_distances.*
    from contract_distances
    inner join searched_files
        on contract_distances.carrier_folder = searched_files.carrier_folder
        and contract_distances.source_file_sha256 = searched_files.source_file_sha256
    union all
    select
        pairs.*,
        zones.zone_name,
        zones.preference,
        {{ clock_distance('pairs', 'zones.zone_name') }} as distance_microseconds
    from pairs
    inner join searched_files
        on pairs.carrier_folder = searched_files.carrier_folder
        and pairs.source_file_sha256 = searched_files.source_file_sha256
    cross join zones
),

-- Every whole second that would put a pair within the tolerance.
digits as (
    select * from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as numbers(digit)
),

seconds as (
    select cast(100 * hundreds.digit + 10 * tens.digit + ones.digit - 449 as bigint) as offset_seconds
    from digits as hundreds
    cross join digits as tens
    cross join digits as ones
    where 100 * hundreds.digit + 10 * tens.digit + ones.digit <= 898
),

offsets as (
    select
        zone_distances.carrier_folder,
        zone_distances.source_file_sha256,
        zone_distances.zone_name,
        zone_distances.preference,
        seconds.offset_seconds,
        zone_distances.sample_number,
        min(abs(zone_distances.distance_microseconds - 1000000 * seconds.offset_seconds)) as rest_microseconds
    from zone_distances
    inner join seconds
        on zone_distances.distance_microseconds
            between 1000000 * (seconds.offset_seconds - zone_distances.start_tolerance_seconds)
            and 1000000 * (seconds.offset_seconds + zone_distances.start_tolerance_seconds)
    group by
        zone_distances.carrier_folder, zone_distances.source_file_sha256, zone_distances.zone_name,
        zone_distances.preference, seconds.offset_seconds, zone_distances.sample_number
),

clocks as (
    select
        carrier_folder,
        source_file_sha256,
        zone_name,
        preference,
        offset_seconds,
        count(*) as lines_explained,
        sum(rest_microseconds) as rest_microseconds
    from offsets
    group by carrier_folder, source_file_sha256, zone_name, preference, offset_seconds
),

ranked_clocks as (
    select
        *,
        row_number() over (
            partition by carrier_folder, source_file_sha256
            order by
                lines_explained desc, preference, case when offset_seconds = 0 then 0 else 1 end, rest_microseconds,
                abs(offset_seconds), offset_seconds
        ) as clock_rank
    from clocks
),

best_clocks as (
    select * from ranked_clocks where clock_rank = 1
),

measured as (
    select
        changed_files.*,
        coalesce(evidence.lines_seen, 0) as lines_seen,
        coalesce(as_contracted.lines_as_contracted, 0) as lines_as_contracted,
        best_clocks.zone_name,
        best_clocks.offset_seconds,
        coalesce(best_clocks.lines_explained, 0) as lines_explained
    from changed_files
    left join evidence
        on changed_files.carrier_folder = evidence.carrier_folder
        and changed_files.source_file_sha256 = evidence.source_file_sha256
    left join as_contracted
        on changed_files.carrier_folder = as_contracted.carrier_folder
        and changed_files.source_file_sha256 = as_contracted.source_file_sha256
    left join best_clocks
        on changed_files.carrier_folder = best_clocks.carrier_folder
        and changed_files.source_file_sha256 = best_clocks.source_file_sha256
),

decided as (
    select
        *,
        2 * lines_explained >= lines_seen
            and lines_explained - lines_as_contracted >= 10
            and 20 * (lines_explained - lines_as_contracted) >= lines_seen as is_other_clock
    from measured
)

select
    carrier_folder,
    source_file_sha256,
    told_from,
    carrier_name,
    first_date,
    last_date,
    case when is_other_clock then zone_name end as told_zone,
    case when is_other_clock then offset_seconds else 0 end as offset_seconds,
    case
        when is_other_clock and zone_name is not null then 'other_zone'
        when is_other_clock then 'clock_off'
        when lines_as_contracted >= 10 and 2 * lines_as_contracted >= lines_seen then 'as_contracted'
        else 'too_little_evidence'
    end as verdict,
    lines_seen,
    case when is_other_clock then lines_explained else lines_as_contracted end as lines_explained,
    lines_as_contracted
from decided
