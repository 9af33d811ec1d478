{{ config(post_hook="{{ publish_cost_per_minute() }}") }}

with run as (
    select * from {{ source('run', 'run') }}
),

good_days as (
    select min(usage_date) as first_day, max(usage_date) as last_day
    from {{ ref('day_status') }}
    where last_good_at_utc is not null
)

select
    run.schema_version,
    run.code_version,
    run.stamp,
    run.as_of_utc as published_at_utc,
    good_days.first_day,
    good_days.last_day
from run
cross join good_days
