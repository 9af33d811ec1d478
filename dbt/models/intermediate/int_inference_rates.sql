with sample as (
    select * from {{ ref('int_inference_sample') }}
),

sampled_rows as (
    select distinct carrier_name, prefix, valid_from, valid_to from sample
),

alternatives as (
    {{ rate_alternatives('sampled_rows') }}
)

select
    carrier_name,
    prefix,
    valid_from,
    source,
    other_prefix,
    other_valid_from,
    rate_e8,
    other_rank
from alternatives
