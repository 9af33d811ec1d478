{{ config(materialized='ephemeral') }}
with candidates as (
    select * from {{ ref('int_invoice_candidates') }}
),

chosen_in_doubt as (
    select * from {{ ref('int_invoice_matches_in_doubt') }}
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
from candidates
where is_only_choice
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
where not candidates.is_only_choice
