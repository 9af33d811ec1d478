{{ config(
    materialized='incremental', incremental_strategy='delete+insert',
    unique_key=['carrier_folder', 'source_file_sha256']
) }}
-- A file's clock: the zone and the whole seconds (the clock's time less the true one) that put most of its sampled lines
-- within their start tolerance of a leg that they can mean. Less than 450 s is half of the quarter of an hour in which
-- zones differ, so that a zone and an offset cannot stand for one another.
--
-- The contract's zone and a clock that is right stand unless others explain at least ten lines and a twentieth more of
-- the lines than these do, and half of them in all. What is told is remembered (int_invoice_clock_files says until when).
with files as (
    select * from {{ ref('int_invoice_clock_files') }}
),

pairs as (
    select * from {{ ref('int_invoice_clock_pairs') }}
),

terms as (
    select * from {{ ref('int_invoice_terms') }}
),

zone_names as (
    select * from {{ time_zone_names() }}
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
    select zone_name, min(preference) as preference from (
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
seconds as (
    select whole_number as offset_seconds from {{ whole_numbers(-449, 449) }}
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

measured as (
    select
        files.*,
        coalesce(evidence.lines_seen, 0) as lines_seen,
        coalesce(as_contracted.lines_as_contracted, 0) as lines_as_contracted,
        best_clocks.zone_name,
        best_clocks.offset_seconds,
        coalesce(best_clocks.lines_explained, 0) as lines_explained
    from files
    left join evidence
        on files.carrier_folder = evidence.carrier_folder
        and files.source_file_sha256 = evidence.source_file_sha256
    left join as_contracted
        on files.carrier_folder = as_contracted.carrier_folder
        and files.source_file_sha256 = as_contracted.source_file_sha256
    left join ranked_clocks as best_clocks
        on files.carrier_folder = best_clocks.carrier_folder
        and files.source_file_sha256 = best_clocks.source_file_sha256
        and best_clocks.clock_rank = 1
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
