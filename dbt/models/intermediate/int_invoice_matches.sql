{{ config(materialized='ephemeral') }}
-- Where one leg or one line has the choice there is nothing to solve: the earliest turn, the least distance, the first by
-- its id, as cpm_assets/domain/matching.py would choose. An invoice billed twice as a whole is a million such groups.
with candidates as (
    select * from {{ ref('int_invoice_candidates') }}
),

chosen_in_doubt as (
    select * from {{ ref('int_invoice_matches_in_doubt') }}
),

choices_of_one as (
    select
        *,
        row_number() over (
            partition by
                group_shape,
                case when group_shape = 'one_leg' then leg_id end,
                case when group_shape = 'one_line' then carrier_name end,
                case when group_shape = 'one_line' then invoice_number end,
                case when group_shape = 'one_line' then line_number end
            order by
                turn,
                start_distance_microseconds + 1000000 * coalesce(duration_distance_seconds, 0),
                leg_id,
                carrier_name,
                invoice_number,
                line_number
        ) as choice
    from candidates
    where group_shape in ('one_leg', 'one_line')
),

settled as (
    select
        leg_id,
        carrier_name,
        invoice_number,
        line_number,
        tier,
        start_distance_microseconds,
        duration_distance_seconds
    from candidates
    where group_shape = 'pair'
    union all
    select
        leg_id,
        carrier_name,
        invoice_number,
        line_number,
        tier,
        start_distance_microseconds,
        duration_distance_seconds
    from choices_of_one
    where choice = 1
)

select
    leg_id,
    carrier_name,
    invoice_number,
    line_number,
    tier as match_tier,
    start_distance_microseconds,
    duration_distance_seconds,
    true as is_exact
from settled
union all
select
    candidates.leg_id,
    candidates.carrier_name,
    candidates.invoice_number,
    candidates.line_number,
    candidates.tier as match_tier,
    candidates.start_distance_microseconds,
    candidates.duration_distance_seconds,
    chosen_in_doubt.is_exact
from candidates
inner join chosen_in_doubt
    on candidates.leg_id = chosen_in_doubt.leg_id
    and candidates.carrier_name = chosen_in_doubt.carrier_name
    and candidates.invoice_number = chosen_in_doubt.invoice_number
    and candidates.line_number = chosen_in_doubt.line_number
where candidates.group_shape = 'many'
