-- What competes with what, so that only groups of several legs and several lines have to be solved.
with pairs as (
    select * from {{ ref('int_invoice_pairs') }}
),

contested_legs as (
    select leg_id
    from pairs
    group by leg_id
    having count(*) > 1
),

contested_lines as (
    select
        carrier_name,
        invoice_number,
        line_number
    from pairs
    group by carrier_name, invoice_number, line_number
    having count(*) > 1
),

counted_pairs as (
    select
        pairs.*,
        contested_legs.leg_id is not null as leg_has_others,
        contested_lines.line_number is not null as line_has_others
    from pairs
    left join contested_legs on pairs.leg_id = contested_legs.leg_id
    left join contested_lines
        on pairs.carrier_name = contested_lines.carrier_name
        and pairs.invoice_number = contested_lines.invoice_number
        and pairs.line_number = contested_lines.line_number
),

-- A group of several legs and several lines has a pair of which both sides have others, and every pair of the group
-- shares its leg or its line with such a pair.
crossing_pairs as (
    select * from counted_pairs where leg_has_others and line_has_others
),

legs_of_many as (
    select distinct leg_id from crossing_pairs
),

lines_of_many as (
    select distinct
        carrier_name,
        invoice_number,
        line_number
    from crossing_pairs
)

-- A credit stands beside the charge that it takes back, for the same call: it gets a leg only if no charge wants it.
select
    counted_pairs.tier,
    counted_pairs.tier + case when counted_pairs.is_credit then 3 else 0 end as turn,
    counted_pairs.leg_id,
    counted_pairs.carrier_name,
    counted_pairs.invoice_number,
    counted_pairs.line_number,
    counted_pairs.leg_start_utc,
    counted_pairs.line_start_utc,
    counted_pairs.start_distance_microseconds,
    counted_pairs.duration_distance_seconds,
    case
        when not counted_pairs.leg_has_others and not counted_pairs.line_has_others then 'pair'
        when legs_of_many.leg_id is not null or lines_of_many.line_number is not null then 'many'
        when counted_pairs.leg_has_others then 'one_leg'
        else 'one_line'
    end as group_shape
from counted_pairs
left join legs_of_many on counted_pairs.leg_id = legs_of_many.leg_id
left join lines_of_many
    on counted_pairs.carrier_name = lines_of_many.carrier_name
    and counted_pairs.invoice_number = lines_of_many.invoice_number
    and counted_pairs.line_number = lines_of_many.line_number
